"""Counts have one range, in a call's settings as in a manifest's defaults."""

import pytest

from models.ssd.errors import OptionError
from models.ssd.settings import Settings
from models.ssd.spec import COUNT_LIMITS, DefaultsSpec

WITHIN = {"threshold": 0.5, "iou": 0.5, "top_k": 1, "max_detections": 1}


def test_the_greatest_counts():
    assert COUNT_LIMITS == {"top_k": 10_000, "max_detections": 1_000}


@pytest.mark.parametrize(("name", "most"), COUNT_LIMITS.items())
def test_the_greatest_count_is_taken_and_one_more_refused(name, most):
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
