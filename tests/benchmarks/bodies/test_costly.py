"""Costly bodies are what their genes say, the same each time."""

import pytest

from benchmarks.bodies.costly import RANGES, WORST, make
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


def test_every_kind_is_among_the_worst():
    assert {kind for kind, _ in WORST} == set(RANGES)
    for kind, genes in WORST:
        assert genes.keys() >= RANGES[kind].keys()
