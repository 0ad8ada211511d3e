"""The search for hungry bodies makes what it says, weighs it truly, and climbs."""

import random
from collections import Counter

import pytest

from benchmarks import appetite, siege
from benchmarks.appetite import BARS, Scales, Trial, climb
from benchmarks.appetite_bodies import RANGES, make
from benchmarks.load import Outcome
from benchmarks.plan import Plan
from models.ssd.formats import image_format

SMALL = {
    "jpeg": {"width": 64, "height": 48, "frame": 1, "colors": 1, "scans": 2, "refine": 1,
             "band": 62, "data": 10, "segments": 2, "sampling": 1},
    "png": {"width": 64, "height": 48, "depth": 4, "color": 4, "interlace": 1, "filter": 4,
            "texts": 1, "chunks": 2},
    "webp": {"width": 64, "height": 48, "lossless": 1, "alpha": 1, "frames": 2, "noise": 9},
    "gif": {"width": 64, "height": 48, "frame": 20, "blocks": 2},
    "tiff": {"width": 64, "height": 48, "mode": 6, "packing": 0, "strip": 9, "tags": 0},
    "avif": {"width": 64, "height": 48, "alpha": 1, "sampling": 1, "noise": 9},
    "bmp": {"width": 64, "height": 48, "runs": 64, "operation": 3, "rle4": 1},
    "envelope": {"form": 0, "count": 3, "side": 8, "format": 1, "padding": 0},
}  # fmt: skip


@pytest.mark.parametrize("kind", RANGES)
def test_genes_make_the_same_body_twice_and_have_a_range_each(kind):
    assert make(kind, SMALL[kind]) == make(kind, SMALL[kind])
    assert SMALL[kind].keys() == RANGES[kind].keys()
    if kind != "envelope":
        assert image_format(make(kind, SMALL[kind])) == kind.upper()


def test_bodies_are_weighed_in_a_process_of_their_own():
    with Scales(Plan()) as scales:
        answered = scales.weigh("png", SMALL["png"] | {"width": 2000, "height": 2000})
        refused = scales.weigh("gif", SMALL["gif"] | {"blocks": 30_000})
    assert answered.told.endswith("bytes")
    assert 10 < answered.megabytes < 100
    assert 0 < answered.seconds < 20
    assert refused.told.startswith("too_costly")
    assert refused.megabytes < answered.megabytes


def test_a_climb_is_bounded_and_the_same_for_a_seed():
    with Scales(Plan()) as scales:
        runs = [climb(scales, random.Random(5), "envelope", 3) for _ in range(2)]
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


def test_ordinary_callers_must_not_wait_nor_be_refused():
    alone = Outcome(1.0, 0.0, [5.0] * 10, Counter({200: 10}))
    users = Outcome(1.0, 0.0, [9.0] * 98 + [2500.0] * 2, Counter({200: 99, 429: 1}))
    late, refused = siege.finding(alone, users, "429: 3").rows
    assert (late.figure, late.verdict) == (2500.0, "missed")
    assert (refused.figure, refused.verdict) == (1, "missed")


def test_every_kind_takes_part_in_the_siege():
    assert {kind for kind, _ in siege.BODIES} == set(RANGES)
    for kind, genes in siege.BODIES:
        assert genes.keys() >= RANGES[kind].keys()
