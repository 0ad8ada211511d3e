"""A network that answers what is annotated measures 100; one that answers nothing, 0."""

import numpy as np
import pytest

from models.bundling.catalogue import CATALOGUE
from models.datasets.record import DataSet
from models.ssd.labels import Labels
from models.training.matching import Matcher
from models.training.measuring import Measurer
from tests.models.training.conftest import draw_squares, small_network

ENTRY = CATALOGUE["ssdlite-mobilenet-v2"]


class Oracle:
    """Answers from the annotations, picture by picture, as a perfect network would."""

    def __init__(self, data, network, missed=()):
        self._network, self._missed = network, missed
        self._targets = [
            Matcher(network)(
                np.asarray(each.boxes / (96, 80, 96, 80), np.float32), each.columns, each.judged
            )
            for each in data.pictures
        ]
        self.asked = 0

    def answer(self, pixels):
        assert pixels.dtype == np.uint8
        softmax = self._network.activation == "softmax"
        scores, offsets = [], []
        for _ in pixels:
            index = self.asked % len(self._targets)
            targets = self._targets[index]
            one = np.full((len(targets.columns), 2 + softmax), -20, np.float32)
            if softmax:
                one[:, 0] = 0
            if index not in self._missed:
                for anchor in np.flatnonzero(targets.columns >= 0):
                    one[anchor, targets.columns[anchor] + softmax] = 20
            scores.append(one)
            offsets.append(targets.offsets)
            self.asked += 1
        return np.stack(scores), np.stack(offsets)


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_a_perfect_network(tmp_path, activation):
    network = small_network(activation)
    data = DataSet(("red", "green"), (1, 2), draw_squares(tmp_path, 16))
    names = ("background", "red", "green") if activation == "softmax" else ("red", "green")
    labels = Labels(names, tuple(range(3 - len(names), 3)))
    counted = []
    measurer = Measurer(data, network, labels, ENTRY)
    found = measurer(Oracle(data, network), counted.append)
    # Squares of one class that lie on one another are suppressed, as when served.
    assert found.mean > 95
    assert sum(counted) == 16
    blind = measurer(Oracle(data, network, missed=range(16)))
    assert blind.mean == 0
    half = measurer(Oracle(data, network, missed=range(8)))
    assert 10 < half.at_50 < 90


def test_a_last_part_that_is_not_full(tmp_path):
    network = small_network()
    data = DataSet(("red", "green"), (1, 2), draw_squares(tmp_path, 3))
    oracle = Oracle(data, network)
    assert Measurer(data, network, Labels(("red", "green"), (1, 2)), ENTRY)(oracle).mean > 99
    assert oracle.asked == 16  # padded, so that nothing is compiled for another size
