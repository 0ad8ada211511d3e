"""What is in the environment before Keras is imported."""

from models.training.environment import prepare_environment


def test_exactness_is_asked_for_only_when_wanted():
    environment = {"TF_CPP_MIN_LOG_LEVEL": "0"}
    prepare_environment(deterministic=False, environment=environment)
    assert environment == {"TF_CPP_MIN_LOG_LEVEL": "0"}
    prepare_environment(deterministic=True, environment=environment)
    assert environment["TF_DETERMINISTIC_OPS"] == "1"
    assert environment["XLA_FLAGS"] == "--xla_gpu_deterministic_ops=true"


def test_flags_of_others_stay():
    environment = {"XLA_FLAGS": "--xla_cpu_use_onednn=true"}
    for _ in range(2):
        prepare_environment(deterministic=True, environment=environment)
    assert environment["XLA_FLAGS"] == (
        "--xla_cpu_use_onednn=true --xla_gpu_deterministic_ops=true"
    )
