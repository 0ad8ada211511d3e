"""Engines are compared round by round, LiteRT int8 holds the bar, a wrong answer is no time."""

import math

import pytest

from benchmarks.engines.answers import Difference
from benchmarks.engines.catalogue import ENGINES, OURS, REFERENCE, RIVALS
from benchmarks.engines.findings import Measured, finding, wrong
from benchmarks.harness.errors import BenchmarkError, CannotMeasure

FASTER = f"{OURS.name}: times as fast as {REFERENCE.name}"


def measured(**others):
    """Two engines in three rounds; the machine was twice as slow in the second, for both alike."""
    return Measured(
        {REFERENCE.name: [300.0, 600.0, 300.0], OURS.name: [75.0, 150.0, 100.0]}, **others
    )


def row(found, what):
    (one,) = [each for each in found.rows if each.what.strip() == what]
    return one


def test_the_ratio_is_the_median_of_the_rounds_and_holds_the_bar():
    seen = row(finding(measured()), FASTER)
    assert seen.figure == 4.0
    assert (str(seen.bar), seen.verdict) == ("≥ 3", "yes")
    assert "300.0 ms / 100.0 ms; rounds 3.00..4.00" in seen.note


def test_the_bar_is_missed_below_three():
    slow = Measured({REFERENCE.name: [299.0], OURS.name: [100.0]})
    assert row(finding(slow), FASTER).verdict == "missed"


def test_rivals_have_a_ratio_without_a_bar():
    rival = RIVALS[0].name
    seen = measured()
    seen.milliseconds[rival] = [60.0, 120.0, 60.0]
    found = row(finding(seen), f"{OURS.name}: times as fast as {rival}")
    assert (found.figure, found.bar, found.verdict) == (0.8, None, "-")


def test_every_engine_has_its_milliseconds_its_ratio_and_its_difference():
    seen = measured(differences={OURS.name: Difference(0.0123, 0.9876)})
    ours = row(finding(seen), OURS.name)
    assert (ours.figure, ours.unit) == (100.0, "ms")
    assert ours.note == (
        "4.00 times as fast as TensorFlow float32, 3.00..4.00; "
        "largest difference of a probability 0.012, same class at 98.8% of the anchors"
    )
    assert row(finding(seen), REFERENCE.name).note == ""


def test_an_absent_engine_says_why_and_the_others_are_judged():
    seen = measured()
    seen.leave_out(RIVALS[0], CannotMeasure("`make bench-engines` installs it"))
    found = finding(seen)
    absent = row(found, RIVALS[0].name)
    assert (absent.verdict, absent.note) == ("skipped", "`make bench-engines` installs it")
    assert row(found, FASTER).verdict == "yes"
    assert not seen.failed


def test_an_engine_that_breaks_is_a_failure():
    seen = measured()
    seen.leave_out(RIVALS[0], BenchmarkError("it ended with 1"))
    assert seen.failed


def test_without_the_reference_nothing_is_compared_with_it():
    seen = Measured({OURS.name: [100.0]}, absent={REFERENCE.name: "`make train-env`, then again"})
    found = finding(seen)
    assert row(found, FASTER).verdict == "skipped"
    assert row(found, OURS.name).note == ""


def test_engines_that_were_not_asked_for_have_no_row():
    names = {each.what.strip() for each in finding(measured(), [REFERENCE, OURS]).rows}
    assert names == {FASTER, REFERENCE.name, OURS.name}


def test_float32_must_compute_the_same_network_and_int8_may_round():
    far = Difference(0.5, 0.9)
    float32 = [engine for engine in ENGINES if engine.precision == "float32"]
    assert len(float32) == 4
    assert all("computes something else" in wrong(engine, far) for engine in float32)
    assert not any(wrong(engine, Difference(9e-4, 1.0)) for engine in ENGINES)
    assert wrong(OURS, far) == ""


@pytest.mark.parametrize("engine", [REFERENCE, OURS], ids=["float32", "int8"])
def test_an_answer_that_is_no_number_does_not_count(engine):
    assert "computes something else" in wrong(engine, Difference(math.nan, 0.0))
