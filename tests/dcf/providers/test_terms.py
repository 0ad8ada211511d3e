"""What annotations ask for, and what is refused, in one line each."""

import pytest

from dcf.errors import InvalidRequest
from dcf.providers.placement import FunctionSpec
from dcf.providers.terms import KEYS, Terms, at_once, terms_of

CANARY = {"dcf.rollout.mode": "canary"}


@pytest.mark.parametrize(
    ("annotations", "terms"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"maintainer": "ann", "dcf.rollouts": "x"}, None, id="others"),
        pytest.param({"dcf.rollout": "ready"}, None, id="what is told"),
        pytest.param(CANARY, Terms("canary"), id="canary"),
        pytest.param({"dcf.rollout.mode": "shadow"}, Terms("shadow"), id="shadow"),
        pytest.param(
            {
                **CANARY,
                "dcf.rollout.share": "0.5",
                "dcf.rollout.calls": "10",
                "dcf.rollout.seconds": "60",
                "dcf.rollout.errors": "0",
                "dcf.rollout.latency": "2",
                "dcf.rollout.agreement": ".95",
            },
            Terms("canary", 0.5, 10, 60.0, 0.0, 2.0, 0.95),
            id="everything",
        ),
        pytest.param(
            {"dcf.rollout.mode": "shadow", "dcf.rollout.share": "1"},
            Terms("shadow", 1.0),
            id="all copied",
        ),
    ],
)
def test_annotations_are_terms(annotations, terms):
    assert terms_of(annotations) == terms


@pytest.mark.parametrize(
    ("annotations", "words"),
    [
        ({"dcf.rollout.mode": "blue"}, "must be canary or shadow, got 'blue'"),
        ({"dcf.rollout.mode": ""}, ""),
        ({"dcf.rollout": "canary"}, "is told, not asked for: write dcf.rollout.mode"),
        ({"dcf.rollout.share": "0.1"}, "dcf.rollout.share is nothing without dcf.rollout.mode"),
        ({**CANARY, "dcf.rollout.Share": "0.1"}, "did you mean dcf.rollout.share?"),
        ({**CANARY, "dcf.rollout.zzzzzz": "0.1"}, "there are dcf.rollout.mode, "),
        ({**CANARY, "dcf.rollout.share": "0.51"}, "must be at most 0.5, got 0.51"),
        ({**CANARY, "dcf.rollout.share": "0"}, "0.001 to 1, got '0'"),
        ({**CANARY, "dcf.rollout.share": "10%"}, "got '10%'"),
        ({**CANARY, "dcf.rollout.share": "nan"}, "got 'nan'"),
        ({**CANARY, "dcf.rollout.calls": "20.5"}, "a whole number of calls"),
        ({**CANARY, "dcf.rollout.calls": "inf"}, "a whole number of calls"),
        ({**CANARY, "dcf.rollout.seconds": "-1"}, "seconds, 1 to 604800"),
        ({**CANARY, "dcf.rollout.latency": "0.9"}, "a factor, 1 to 1000"),
        ({**CANARY, "dcf.rollout.agreement": "x" * 1000}, "got '" + "x" * 40 + "'"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(annotations, words):
    if not words:
        assert terms_of(annotations) is None
        return
    with pytest.raises(InvalidRequest) as refused:
        terms_of(annotations)
    assert words in refused.value.message
    assert "\n" not in refused.value.message
    assert len(refused.value.message) < 300


def test_a_canary_has_a_weight_and_a_shadow_has_none():
    assert (Terms("canary", 0.2).weight, Terms("shadow", 0.2).weight) == (0.2, 0.0)
    assert [Terms("canary").copies, Terms("canary", agreement=0.9).copies] == [False, True]
    assert Terms("shadow").copies


def test_at_once_is_the_same_function_without_terms():
    asked = {**dict.fromkeys(KEYS, "1"), "maintainer": "ann"}
    spec = FunctionSpec("f", "i", annotations=asked)
    assert at_once(spec) == FunctionSpec("f", "i", annotations={"maintainer": "ann"})
    assert at_once(at_once(spec)) == at_once(spec)
