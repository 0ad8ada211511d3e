"""Candidates of several looks in one order, and the best of them apart."""

import numpy as np

from models.ssd.candidates import Candidates, joined


def candidates(*rows):
    """Of rows of (confidence, column, ymin, xmin, ymax, xmax)."""
    table = np.array(rows, np.float32).reshape(-1, 6)
    return Candidates(table[:, 2:], table[:, 1].astype(np.intp), table[:, 0])


def test_joined_ones_are_best_first_and_equal_ones_in_the_order_of_the_looks():
    first = candidates((0.9, 1, 0, 0, 0.1, 0.1), (0.5, 2, 0, 0, 0.2, 0.2))
    second = candidates((0.7, 3, 0, 0, 0.3, 0.3), (0.5, 4, 0, 0, 0.4, 0.4))
    together = joined([first, candidates(), second])
    assert together.columns.tolist() == [1, 3, 2, 4]
    assert together.confidences.tolist() == sorted(together.confidences.tolist(), reverse=True)
    assert together.boxes[:, 2].tolist() == np.float32([0.1, 0.3, 0.2, 0.4]).tolist()
    assert len(joined([candidates()])) == 0


def test_the_best_are_kept_apart_within_their_class_alone():
    found = candidates(
        (0.9, 1, 0, 0, 0.5, 0.5), (0.8, 1, 0, 0, 0.5, 0.45), (0.7, 2, 0, 0, 0.5, 0.5),
        (0.6, 1, 0.5, 0.5, 1, 1),
    )  # fmt: skip
    assert found.apart(0.5, 10).confidences.tolist() == np.float32([0.9, 0.7, 0.6]).tolist()
    assert len(found.apart(0.95, 10)) == 4
    assert len(found.apart(0.5, 2)) == 2
