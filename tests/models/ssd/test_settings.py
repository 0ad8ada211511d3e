"""A call's settings and a manifest's defaults keep to the table of ranges."""

import pytest

from models.ssd.errors import OptionError
from models.ssd.ranges import RANGES
from models.ssd.settings import Settings
from models.ssd.spec import DefaultsSpec

WITHIN = {"threshold": 0.5, "iou": 0.5, "top_k": 1, "max_detections": 1}


@pytest.mark.parametrize("name", ["top_k", "max_detections"])
def test_the_greatest_count_is_taken_and_one_more_refused(name):
    most = RANGES[name].high
    assert getattr(Settings(**WITHIN | {name: most}), name) == most
    assert getattr(DefaultsSpec(**WITHIN | {name: most}), name) == most
    for count in (0, most + 1):
        with pytest.raises(OptionError, match=f"{name} must be a whole number from 1 to {most}"):
            Settings(**WITHIN | {name: count})
        with pytest.raises(ValueError, match=f"defaults.{name} must be 1..{most}, got {count}"):
            DefaultsSpec(**WITHIN | {name: count})


@pytest.mark.parametrize("name", ["threshold", "iou"])
@pytest.mark.parametrize("share", [-0.001, 1.001, float("nan"), float("inf")])
def test_a_share_is_between_nought_and_one(name, share):
    with pytest.raises(OptionError, match=f"{name} must be a number from 0 to 1"):
        Settings(**WITHIN | {name: share})
    with pytest.raises(ValueError, match=f"defaults.{name} must be 0..1"):
        DefaultsSpec(**WITHIN | {name: share})


def test_a_call_that_asks_for_nothing_gets_the_bundles():
    defaults = DefaultsSpec(threshold=0.1, iou=0.2, top_k=3, max_detections=4)
    assert Settings.of(defaults) == Settings(0.1, 0.2, 3, 4, ())


@pytest.mark.parametrize("tiles", [1, 2, 3, "auto"])
def test_tiles_are_counted_or_left_to_the_picture(tiles):
    assert Settings(**WITHIN, tiles=tiles).tiles == tiles


@pytest.mark.parametrize("tiles", [0, 4, 10**30, 2.0, float("nan"), "2", "AUTO", None, True, [2]])
def test_other_tiles_are_refused_with_what_is_allowed(tiles):
    with pytest.raises(OptionError, match="tiles must be a whole number from 1 to 3, or auto, got"):
        Settings(**WITHIN, tiles=tiles)
