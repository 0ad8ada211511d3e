"""The embedded bundles against each other, and broken ones, on real pictures."""

from collections import Counter
from dataclasses import replace

import pytest

from models.datasets.digest import picture_mark
from models.registry.gate.measuring import Task, measure
from models.registry.gate.rules import Data, Overall, Rules
from models.registry.gate.verdict import judge
from models.ssd.bundle import open_bundle
from models.ssd.errors import ModelError
from tests.models.registry.gate.conftest import FLOAT, INT8

# So few pictures show a difference of 30 points at most; times are not judged here.
RULES = Rules(overall=Overall(limit=30))
TIMES = {"latency"}


def refused(outcome, rules=RULES):
    return {check.rule for check in judge(outcome.compared, rules) if not check.passed} - TIMES


@pytest.fixture
def gate(photo_data, as_contestant):
    def run(candidate, serving, **task):
        counted = Counter()
        sides = (
            as_contestant(candidate, task.pop("marks", frozenset())),
            (None if serving is None else as_contestant(serving)),
        )
        task = Task(*sides, photo_data, RULES, samples=200, **task)
        outcome = measure(task, lambda things, more: counted.update({things: more}))
        assert counted["pictures"] == len(photo_data.pictures)
        return outcome

    return run


def test_int8_takes_the_place_of_float32(gate):
    outcome = gate(INT8, FLOAT)
    assert refused(outcome) == set()
    compared = outcome.compared
    # What float32 finds is the truth here.
    assert compared.serving.precision["mAP"] == pytest.approx(1, abs=0.01)
    assert compared.golden == 8
    assert compared.overall.low < compared.overall.difference < 0
    assert compared.candidate.size < compared.serving.size
    assert compared.candidate.memory < compared.serving.memory
    assert compared.candidate.digest == open_bundle(INT8).digest
    assert sum(each.objects for each in compared.classes.values()) == compared.overall.objects


def test_float32_is_too_large_to_take_the_place_of_int8(gate):
    outcome = gate(FLOAT, INT8)
    assert "size" in refused(outcome)
    assert refused(outcome) <= {"size", "memory"}


def test_a_candidate_that_takes_everything_for_something_else(gate, changed_bundle):
    labels = open_bundle(INT8).labels.names
    outcome = gate(changed_bundle("mixed", labels=[*labels[1:], labels[0]]), INT8)
    assert (
        {"overall", "golden"} <= refused(outcome) <= {"overall", "golden", "classes", "calibration"}
    )
    assert outcome.compared.overall.high < -50
    assert outcome.note == ""


def test_a_candidate_that_is_too_large_alone(gate, changed_bundle):
    heavy = changed_bundle("heavy", **{"more.bin": bytes(12_000_000)})
    assert refused(gate(heavy, INT8)) - {"memory"} == {"size"}


def test_a_candidate_that_learnt_a_picture(gate, photo_data):
    seen = photo_data.pictures[3]
    outcome = gate(INT8, INT8, marks=frozenset({picture_mark(seen.file), "0" * 16}))
    assert refused(outcome) == {"data"}
    assert outcome.compared.seen == (seen.name,)


def test_a_candidate_of_unknown_data(gate):
    outcome = gate(INT8, INT8, marks=None)
    assert refused(outcome) == {"data"}
    assert refused(outcome, Rules(overall=Overall(limit=30), data=Data(unknown=True))) == set()


def test_a_first_model_and_one_that_lost_a_class_are_held_against_floors(gate, changed_bundle):
    floors = Rules(floors={"mAP": 0.5, "AP50": 0.7})
    assert refused(gate(INT8, None), floors) == set()
    assert refused(gate(INT8, None)) == {"floors"}
    labels = ["mug" if name == "cup" else name for name in open_bundle(INT8).labels.names]
    outcome = gate(changed_bundle("mug", labels=labels), INT8)
    assert "does not know 1 classes of the model that serves, such as 'cup'" in outcome.note
    assert outcome.compared.serving is None
    assert refused(outcome) == {"floors"}


def test_chosen_pictures_are_golden_instead(gate, photo_data, changed_bundle):
    labels = open_bundle(INT8).labels.names
    mixed = changed_bundle("mixed", labels=[*labels[1:], labels[0]])
    outcome = gate(mixed, INT8, golden=photo_data)
    assert outcome.compared.golden_chosen
    said = {check.rule: check.said for check in judge(outcome.compared, RULES)}
    assert "chosen pictures" in said["golden"]
    assert "may be 0" in said["golden"]


def test_other_data_ends_in_one_line(as_contestant, photo_data):
    foreign = replace(
        photo_data,
        names=tuple(f"thing {at}" for at in range(len(photo_data.names))),
        class_ids=tuple(range(1000, 1000 + len(photo_data.names))),
    )
    task = Task(as_contestant(INT8), as_contestant(INT8), foreign, RULES, samples=200)
    with pytest.raises(ModelError, match="the bundle knows none of the data set's"):
        measure(task, lambda _things, _more: None)
