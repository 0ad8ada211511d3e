"""What has to be in the environment before Keras is imported: its backend, and exactness."""

import os
from collections.abc import MutableMapping

_DETERMINISTIC = {
    "TF_DETERMINISTIC_OPS": "1",
    "TF_CUDNN_DETERMINISTIC": "1",
    "PYTHONHASHSEED": "0",
}
_XLA = "--xla_gpu_deterministic_ops=true"


def prepare_environment(
    *, deterministic: bool, environment: MutableMapping[str, str] = os.environ
) -> None:
    """Sets it; does nothing to what is set already but for exactness.

    Args:
        deterministic: Whether the same seed is to give the same weights, bit for bit. A GPU keeps
            this as far as its libraries have exact kernels.
        environment: The environment.
    """
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets at length otherwise
    if deterministic:
        environment.update(_DETERMINISTIC)
        flags = environment.get("XLA_FLAGS", "")
        if _XLA not in flags.split():
            environment["XLA_FLAGS"] = f"{flags} {_XLA}".strip()
