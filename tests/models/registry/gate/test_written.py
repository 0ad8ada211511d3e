"""The verdict as programs read it."""

import json
from types import SimpleNamespace

import msgspec

from models.registry.gate.rules import Rules
from models.registry.gate.verdict import Bound, judge
from models.registry.gate.written import format_verdict
from tests.models.registry.gate.test_verdict import EQUAL


def written(compared, rules=None, **about):
    rules = rules or Rules()
    outcome = SimpleNamespace(compared=compared, note="")
    return json.loads(format_verdict(outcome, judge(compared, rules), rules, about))


def test_it_has_the_decision_the_rules_and_the_figures():
    document = written(EQUAL, data={"sha256": "d" * 64})
    assert (document["format"], document["passed"]) == (1, True)
    assert (document["candidate"], document["serving"]) == ("old", "old")
    assert all(check["passed"] and check["said"] for check in document["checks"])
    assert document["rules"]["overall"] == {"limit": 1.0, "confidence": 0.975}
    assert document["figures"]["classes"]["cat"]["objects"] == 50
    assert document["data"] == {"sha256": "d" * 64}


def test_a_single_rule_that_fails_is_enough():
    document = written(msgspec.structs.replace(EQUAL, seen=("a.jpg",)))
    assert not document["passed"]
    assert [each["rule"] for each in document["checks"] if not each["passed"]] == ["data"]
    assert written(msgspec.structs.replace(EQUAL, serving=None, overall=None))["serving"] is None


def test_it_is_json_whatever_the_numbers():
    bound = Bound(difference=float("nan"), low=float("-inf"), high=1 / 3)
    document = written(msgspec.structs.replace(EQUAL, classes={"cat": bound}))
    assert document["figures"]["classes"]["cat"] == {
        "difference": None, "low": None, "high": 0.333333, "objects": 0
    }  # fmt: skip
