"""The dearest options: bodies as large as named, all settings allowed, judged by the worst."""

import io
from urllib.parse import parse_qsl

import pytest
from PIL import Image

from benchmarks.comparisons.option_costs import MOST_BYTES, Cost, calls, measure_large_network, rows
from benchmarks.harness.plan import photos
from handler.options import Options, parse_options


@pytest.fixture(scope="module")
def every():
    return list(calls(photos()[0].read_bytes(), "cat"))


def test_bodies_are_pictures_of_the_size_named_and_small_enough(every):
    for body, what in {body: what for what, body, _ in every}.items():
        assert len(body) <= MOST_BYTES
        with Image.open(io.BytesIO(body)) as image:
            assert what.startswith(f"{image.width} x {image.height}, ")


def test_every_option_is_allowed_and_at_its_dearest(every):
    found = [parse_options(dict(parse_qsl(query[1:])), Options()) for _, _, query in every]
    assert {options.threshold for options in found} == {0}
    assert {options.top_k for options in found} == {10_000}
    assert {options.max_detections for options in found} == {1_000}
    assert {options.tiles for options in found} == {3}
    assert {0, 1} < {options.iou for options in found}
    assert {options.format for options in found} == {"json", "dcf", "full", "jpeg", "png"}
    assert {options.classes for options in found} == {(), ("cat",)}


def test_a_large_network_is_read_for_real():
    costs = measure_large_network()
    assert len({cost.what for cost in costs}) == 8
    assert all(cost.bytes > 8_732 * 21 * 4 for cost in costs)


def test_the_worst_call_is_held_to_the_bars():
    fine, slow, big = Cost("a", 0.1, 10**6), Cost("b", 1.1, 10**6), Cost("c", 0.1, 2 * 10**8)
    assert [row.verdict for row in rows([fine], [fine])] == ["yes"] * 4
    found = rows([fine, slow, big], [fine])
    assert [row.verdict for row in found] == ["missed", "missed", "yes", "yes"]
    assert "b" in found[0].note
    assert found[1].note == "c"
