"""The search for costly bodies weighs them truly, climbs, and is held to the bars of their size."""

import random

from benchmarks.comparisons import appetite
from benchmarks.comparisons.appetite import BARS, Trial, climb, scales
from benchmarks.harness.plan import Plan

PNG = {"width": 2000, "height": 2000, "depth": 4, "color": 4, "interlace": 1, "filter": 4,
       "texts": 1, "chunks": 2}  # fmt: skip
GIF = {"width": 64, "height": 48, "frame": 20, "blocks": 30_000}


def test_bodies_are_weighed_in_a_process_of_their_own():
    with scales(Plan()) as weighing:
        answered = weighing.weigh("png", PNG)
        refused = weighing.weigh("gif", GIF)
    assert answered.answer.endswith("bytes")
    assert 10 < answered.megabytes < 100
    assert 0 < answered.seconds < 20
    assert refused.answer.startswith("too_costly")
    assert refused.megabytes < answered.megabytes


def test_a_climb_is_bounded_and_the_same_for_a_seed():
    with scales(Plan()) as weighing:
        runs = [climb(weighing, random.Random(5), "envelope", 3) for _ in range(2)]
    assert [len(trials) for trials in runs] == [3, 3]
    assert runs[0][0].genes == runs[1][0].genes


def test_the_worst_is_held_against_the_bars_of_its_size():
    trials = [
        Trial("png", {"width": 1}, 50_000, 0.5, 120.0, "ok"),
        Trial("gif", {"width": 2}, 50_000, 0.2, 20.0, "ok"),
        Trial("tiff", {"width": 3}, 200_000, 4.0, 200.0, "too_costly: much"),
    ]
    rows = appetite.finding(trials).rows
    assert [(row.figure, row.verdict) for row in rows] == [
        (0.5, "yes"), (120.0, "missed"), (4.0, "yes"), (200.0, "yes"),
    ]  # fmt: skip
    assert "tiff, 200,000 bytes (width 3): too_costly" in rows[2].note
    assert BARS[True] == (1.0, 100.0)
