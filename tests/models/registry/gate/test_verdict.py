"""What the gate decides, from figures alone."""

import msgspec
import pytest

from models.registry.gate.rules import Data, Rules
from models.registry.gate.verdict import Bound, Compared, Side, judge

SERVING = Side(
    name="old", digest="0" * 64, precision={"mAP": 0.5}, calibration=0.04, latency_ms=10.0,
    memory=100_000_000, size=5_000_000,
)  # fmt: skip
EQUAL = Compared(
    candidate=SERVING,
    serving=SERVING,
    overall=Bound(difference=0.0, low=-0.6, high=0.6),
    classes={"cat": Bound(difference=-2.0, low=-9.0, high=4.0, objects=50)},
)


def failed(compared, rules=None):
    return [check.rule for check in judge(compared, rules or Rules()) if not check.passed]


def changed(**changes):
    return msgspec.structs.replace(EQUAL, **changes)


def side(**changes):
    return changed(candidate=msgspec.structs.replace(SERVING, **changes))


def test_an_equal_model_passes_every_rule():
    assert failed(EQUAL) == []
    rules = [check.rule for check in judge(EQUAL, Rules())]
    assert set(msgspec.structs.asdict(Rules())) - {"floors"} <= set(rules)


@pytest.mark.parametrize(
    ("compared", "rule"),
    [
        # Not worse on these pictures, but so few of them show nothing.
        (changed(overall=Bound(difference=0.2, low=-1.4, high=1.8)), "overall"),
        (changed(overall=Bound(difference=-1.0, low=-1.6, high=-0.4)), "overall"),
        (changed(classes={"cat": Bound(difference=-25, low=-30, high=-16, objects=20)}), "classes"),
        (side(calibration=0.1), "calibration"),
        (side(latency_ms=13.0), "latency"),
        (side(memory=126_000_000), "memory"),
        (side(size=10_000_001), "size"),
        (changed(golden_lost=("street.jpg",)), "golden"),
        (changed(seen=("a.jpg",)), "data"),
        (changed(golden=10, golden_lost=("street.jpg",) * 3), "golden"),
        (changed(golden=10, golden_lost=("street.jpg",), golden_chosen=True), "golden"),
        (changed(data_known=False), "data"),
        (changed(answers_bad_input=("empty: answered",)), "bad_input"),
    ],
)
def test_each_rule_refuses_alone(compared, rule):
    assert failed(compared) == [rule]


@pytest.mark.parametrize(
    "compared",
    [
        changed(classes={"cat": Bound(difference=-25, low=-30, high=-16, objects=19)}),
        changed(classes={"cat": Bound(difference=-25, low=-40, high=-10, objects=50)}),
        changed(golden=10, golden_lost=("street.jpg",) * 2),
        side(calibration=0.09),
        side(latency_ms=12.5),
        side(calibration=0.0, latency_ms=1.0, memory=1, size=1),
    ],
)
def test_what_is_allowed_or_not_shown_passes(compared):
    assert failed(compared) == []


def test_a_first_model_is_held_against_floors():
    first = Compared(candidate=SERVING)
    assert failed(first, Rules(floors={"mAP": 0.5})) == []
    assert failed(first, Rules(floors={"mAP": 0.6, "AP50": 0.1})) == ["floors.mAP", "floors.AP50"]
    assert failed(first) == ["floors"]
    assert failed(msgspec.structs.replace(first, seen=("a.jpg",)), Rules(floors={"mAP": 0})) == [
        "data"
    ]


def test_data_that_nobody_knows_passes_where_the_rules_say_so():
    assert failed(changed(data_known=False), Rules(data=Data(unknown=True))) == []
    assert failed(changed(seen=("a.jpg",)), Rules(data=Data(unknown=True))) == ["data"]


def test_a_check_says_its_figures():
    (overall,) = [check for check in judge(EQUAL, Rules()) if check.rule == "overall"]
    assert overall.said == (
        "mAP +0.00 points, with a confidence of 0.975 above -0.60; has to be above -1.00"
    )
