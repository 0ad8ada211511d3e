"""What the labels of scaling mean, and what is refused of them."""

import pytest

from dcf.errors import InvalidRequest
from dcf.scale_labels import PREFIX, Policy, is_by_cpu, policy_in_force, policy_of, refuse_cpu


def labels(**given):
    """`zero_duration` is the label `com.openfaas.scale.zero-duration`."""
    names = {"down_window": "down.window"}
    return {PREFIX + names.get(key, key.replace("_", "-")): text for key, text in given.items()}


@pytest.mark.parametrize(
    ("given", "policy"),
    [
        ({}, None),
        ({"team": "a"}, None),
        (labels(min="3"), None),
        (labels(factor="20"), None),
        (labels(min="3", max="3"), None),  # nothing to decide
        ({"scale_min": "2", "scale_max": "2"}, None),
        (labels(max="4"), Policy(most=4)),
        ({"scale_max": "4"}, Policy(most=4)),
        ({"scale_max": "4", **labels(max="5")}, Policy(most=5)),  # OpenFaaS' name comes first
        ({"scale_min": "2", **labels(max="5", min="")}, Policy(2, 5)),  # empty is none
        (labels(min="25", target="5"), None),  # as many as there may be
        (labels(target="0.5"), Policy(target=0.5)),
        (labels(type="capacity"), Policy(kind="capacity")),
        (labels(zero="true"), Policy(zero=True)),
        (labels(zero="true", max="1"), Policy(most=1, zero=True)),
        (labels(zero="False", max="2"), Policy(most=2)),
        (labels(min="0", max="2"), Policy(most=2)),
        (
            labels(
                min="2", max="32", target="100", type="rps", target_proportion="0.5", zero="true",
                zero_duration="1m30s", down_window="5m",
            ),
            Policy(2, 32, "rps", 100.0, 0.5, True, 90.0, 300.0),
        ),
        (labels(zero_duration="900", down_window="0"), Policy(window=0.0)),
        (labels(type="cpu", max="4"), None),  # a cluster's to do
    ],
)  # fmt: skip
def test_labels_become_a_policy(given, policy):
    assert policy_of(given) == policy_in_force(given) == policy


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (labels(max="99999"), "scale.max is '99999': give a whole number from 1 to 1000"),
        ({"scale_max": "1001"}, "label scale_max is '1001'"),
        (labels(max="0"), "from 1 to 1000"),
        (labels(min="-1"), "label com.openfaas.scale.min is '-1'"),
        (labels(min="1.0", max="3"), "whole number from 0 to 1000"),
        (labels(max="\u0664"), "whole number"),  # a digit, and no number of ours
        (labels(max="4", min="5"), "scale.min is 5, more than com.openfaas.scale.max, which is 4"),
        (labels(factor="101"), "from 0 to 100"),
        (labels(type="memory"), "is 'memory': give rps, capacity or cpu: use capacity"),
        (labels(type="cpu", max="0"), "from 1 to 1000"),
        (labels(type="queue"), "use capacity, which counts queued calls"),
        (labels(type="RPS"), "give rps, capacity or cpu"),
        (labels(target="0"), "a number from 0.01 to 1000000"),
        (labels(target="1e3"), "a number from"),
        (labels(target="nan"), "a number from"),
        (labels(target_proportion="1.1"), "from 0.01 to 1"),
        (labels(zero="yes"), "is 'yes': give true or false"),
        (labels(zero_duration="15"), None),
        (labels(zero_duration="500ms"), "a time from 1s to 86400s"),
        (labels(zero_duration="1d"), "as 90s or 15m"),
        (labels(down_window="5m1s"), "a time from 0s to 300s"),
        (labels(zero_dration="15m"), "unknown label com.openfaas.scale.zero-dration: did you mean "
                                     "com.openfaas.scale.zero-duration?"),
        (labels(qwertz="1"), "there are min, max, factor"),
        (labels(max="9" * 4000), "is '9999"),
    ],
    ids=lambda each: str(each)[:60],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_one_clear_line(given, words):
    if words is None:
        assert policy_of(given) is not None
        return
    with pytest.raises(InvalidRequest) as refused:
        policy_of(given)
    assert words in refused.value.message
    assert "\n" not in refused.value.message
    assert len(refused.value.message) < 300
    assert policy_in_force(given) is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (labels(max="4"), "1..4 replicas by calls a second, 50 a replica"),
        (
            labels(zero="true", type="capacity", target="2", zero_duration="2m"),
            "0..20 replicas by calls in flight, 2 a replica; 0 after 120 s without a call",
        ),
    ],
)
def test_a_policy_says_itself_in_words(given, words):
    assert str(policy_of(given)) == words


def test_another_gateway_may_have_more_replicas():
    assert policy_of(labels(max="100"), ceiling=1000).most == 100


def test_scaling_by_processor_time_is_refused_where_nothing_does_it():
    assert is_by_cpu(labels(type="cpu"))
    assert not is_by_cpu(labels(type="rps"))
    refuse_cpu(labels(type="rps"), "nobody does")
    with pytest.raises(InvalidRequest, match="is 'cpu', and nobody does: use capacity"):
        refuse_cpu(labels(type="cpu"), "nobody does")
