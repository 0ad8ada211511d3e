import numpy as np
import pytest

from models.commands.checking.pairing import Found, Limits, compare

LIMITS = Limits(score=0.02, box=2.0, threshold=0.5)


def found(*rows):
    """Each (class, score, ymin, xmin, ymax, xmax)."""
    table = np.array(rows, np.float32).reshape(-1, 6)
    return Found(table[:, 0].astype(np.int64), table[:, 1], table[:, 2:])


DOG = (12, 0.9, 0, 0, 50, 50)
CAT = (8, 0.8, 10, 10, 60, 60)


def differ(wanted, others):
    return compare(found(*wanted), found(*others), LIMITS)


def test_the_same():
    for rows in ([], [DOG], [DOG, CAT], [DOG, DOG]):
        difference = differ(rows, rows)
        assert (difference.unpaired, difference.score, difference.box) == (0, 0, 0)


def test_the_greatest_differences_of_a_pair():
    difference = differ([DOG, CAT], [(12, 0.89, 0, 0, 50, 51.5), (8, 0.815, 10, 10, 60, 60.5)])
    assert difference.unpaired == 0
    assert difference.score == pytest.approx(0.015, abs=1e-6)
    assert difference.box == 1.5


@pytest.mark.parametrize(
    ("wanted", "others", "unpaired"),
    [
        ([DOG], [], 1),
        ([], [DOG], 1),
        ([DOG], [(13, *DOG[1:])], 2),
        ([DOG, DOG], [DOG], 1),
        ([DOG], [DOG, CAT], 1),
    ],
    ids=["missing", "extra", "another class", "once instead of twice", "one too many"],
)
def test_partners_are_missed(wanted, others, unpaired):
    assert differ(wanted, others).unpaired == unpaired


def test_the_closest_are_paired():
    close, far = (12, 0.9, 0, 0, 50, 50), (12, 0.85, 0, 0, 50, 80)
    difference = differ([close, far], [(12, 0.86, 0, 0, 50, 79), (12, 0.9, 0, 0, 50, 51)])
    assert difference.unpaired == 0
    assert difference.box == 1
    assert difference.score == pytest.approx(0.01, abs=1e-6)


def test_those_at_the_threshold_may_be_on_one_side():
    assert differ([DOG, (12, 0.515, 70, 70, 80, 80)], [DOG]).unpaired == 0
    assert differ([DOG], [DOG, (12, 0.51, 70, 70, 80, 80)]).unpaired == 0
    assert differ([DOG, (12, 0.53, 70, 70, 80, 80)], [DOG]).unpaired == 1


def test_sure_detections_need_a_partner_however_high_the_threshold():
    limits = Limits(score=0.02, box=2.0, threshold=0.98)
    sure, hardly = (12, 0.99, 0, 0, 50, 50), (12, 0.984, 70, 70, 80, 80)
    assert compare(found(sure), found(), limits).unpaired == 1
    assert compare(found(hardly), found(), limits).unpaired == 0


def test_one_at_the_threshold_on_either_side_is_no_pair():
    difference = differ([(12, 0.515, 0, 0, 9, 9)], [(12, 0.505, 70, 70, 80, 80)])
    assert (difference.unpaired, difference.box) == (0, 0)


def test_a_box_elsewhere_is_seen():
    assert differ([DOG], [(12, 0.9, 0, 30, 50, 80)]).box == 30
