"""What others use of the machine, and who is warned of it."""

import os

import pytest

from benchmarks.harness.neighbours import Neighbours, warning


@pytest.mark.parametrize(
    ("later", "share"),
    [
        (Neighbours(10, 12, 11), 1 / (10 * (os.cpu_count() or 1))),
        (Neighbours(10, 5, 6), 0),
        (Neighbours(0, 5, 0), 0),
    ],
    ids=["one second by others", "rounding never makes it negative", "no time passed"],
)
def test_the_share_of_others(later, share):
    assert Neighbours(0, 0, 0).share(later) == pytest.approx(share)


def test_only_a_busy_machine_is_warned_of():
    assert warning(0.01) == ""
    assert "40 %" in warning(0.4).replace("40%", "40 %")
    assert Neighbours.now().share(Neighbours.now()) <= 1
