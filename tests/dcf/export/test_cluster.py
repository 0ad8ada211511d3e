"""What Knative's and Cloud Run's services say in the same words."""

import pytest

from dcf.errors import ConfigError
from dcf.export import cluster
from dcf.export.labels import Scaling
from dcf.export.serving import Serving


@pytest.mark.parametrize(
    ("name", "fits"),
    [("f", True), ("a-1", True), ("f" * 9, True), ("f" * 10, False), ("1a", False), ("a-", False),
     ("-a", False), ("A", False), ("a_b", False), ("a.b", False)],
)  # fmt: skip
def test_a_name_must_be_a_services(function, name, fits):
    if fits:
        assert cluster.checked_name(function(name), 9) == name
        return
    with pytest.raises(ConfigError, match="holds at most 9 letters"):
        cluster.checked_name(function(name), 9)


@pytest.mark.parametrize(
    ("scaling", "found"),
    [
        (Scaling(None, None), {}),
        (Scaling(0, None), {"autoscaling.knative.dev/least": "0"}),
        (Scaling(None, 3), {"autoscaling.knative.dev/most": "3"}),
    ],
)
def test_counts_that_are_not_told_are_not_written(scaling, found):
    assert cluster.replicas(scaling, "least", "most") == found


@pytest.mark.parametrize(("own", "seconds"), [(0, 600), (30, 35), (0.5, 6), (30.1, 36), (900, 905)])
def test_the_platform_waits_a_little_longer_than_the_function(own, seconds):
    """Or its 504, with its words, would never arrive."""
    assert cluster.call_seconds(Serving(80, 1, own, 1), 600) == seconds


@pytest.mark.parametrize(
    ("cpu", "inflight", "calls"),
    [("", 8, 8), ("999m", 8, 1), ("1", 8, 8), ("2", 2000, 1000), ("0.5", 2000, 1)],
)
def test_google_takes_one_call_below_a_core_and_a_thousand_at_most(function, cpu, inflight, calls):
    serving = Serving(80, inflight, 30, 1)
    assert cluster.calls_at_google(function(limits={"cpu": cpu}), serving) == calls


def test_the_registrys_secret_is_not_the_functions(function):
    assert cluster.mounted_secrets(function(secrets=["a", "regcred", "b"])) == ["a", "b"]
    assert cluster.one_secret(function(secrets=["regcred", "a"]), "X") == ["a"]
    assert cluster.one_secret(function(), "X") == []
    with pytest.raises(ConfigError, match=r"functions\.fn\.secrets are a, b; X mounts one"):
        cluster.one_secret(function(secrets=["a", "b"]), "X")


def test_an_environment_keeps_its_order():
    assert cluster.variables({"B": "1", "A": ""}) == [
        {"name": "B", "value": "1"}, {"name": "A", "value": ""},
    ]  # fmt: skip
