"""What gateways are asked for, whatever a config says."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dcf.config import Entry, FunctionConfig
from dcf.export import specs

NAMES = st.sampled_from(
    ["A", "port", "PORT", "Batch", "BATCH", "DRAIN_DELAY", "drain_delay", "healthcheck_interval",
     "WATCHER_PORT", "lock_file"]
)  # fmt: skip
TEXTS = st.dictionaries(NAMES, st.sampled_from(["", "1s", "9000", "true"]))
FUNCTIONS = st.builds(
    FunctionConfig,
    name=st.just("f"), root=st.just(Path()), entry=st.just(Entry("src", "handler.py", "Handler")),
    environment=TEXTS, secrets=st.sampled_from([(), ("key",)]), labels=TEXTS, annotations=TEXTS,
    desc=st.sampled_from(["", "what it is"]), constraints=st.sampled_from([(), ("a=b",)]),
    limits=st.dictionaries(
        st.sampled_from(["memory", "cpu", "gpu"]), st.sampled_from(["", "0", "1"])
    ),
)  # fmt: skip


def said(env, name):
    """What the watcher reads: names in either case; the last one is taken here."""
    return [text for key, text in env.items() if key.lower() == name.lower()]


@given(FUNCTIONS)
def test_a_gateway_of_this_project_gets_it_as_written(function):
    spec = specs.plain(function, "archive:x").spec
    assert (spec.image, spec.env, spec.limits) == (
        "archive:x", function.environment, function.limits,
    )  # fmt: skip
    assert not spec.read_only


@given(FUNCTIONS)
def test_others_get_one_that_serves_and_takes_its_time_to_end(function):
    for platform, hidden in (("openfaas", ["PORT"]), ("dcf", ["WATCHER_PORT", "LOCK_FILE"])):
        spec = specs.FOR[platform](function, "r/f:1").spec
        assert said(spec.env, "BATCH") == ["false"]
        assert any(
            text
            for name in ("DRAIN_DELAY", "healthcheck_interval")
            for text in said(spec.env, name)
        )
        assert not any(said(spec.env, name) for name in hidden)
        assert ("gpu" in spec.limits) == (platform == "dcf" and bool(function.limits.get("gpu")))
        assert spec.read_only == (platform == "openfaas")
        assert ("SECRETS_DIR" in spec.env) == (platform == "dcf" and bool(function.secrets))
