"""An answer is held against the reference's, so that no engine is fast by being wrong."""

import math

import numpy as np
import pytest

from benchmarks.engines.answers import difference
from benchmarks.harness.errors import BenchmarkError


def save(folder, name, scores):
    file = folder / f"{name}.npz"
    np.savez(file, scores=np.asarray(scores, np.float32), offsets=np.zeros((1, 2, 4), np.float32))
    return file


def test_a_difference_is_one_of_probabilities(tmp_path):
    reference = save(tmp_path, "reference", [[[0, 0], [1000, 0]]])
    answer = save(tmp_path, "answer", [[[math.log(3), 0], [2000, 0]]])
    seen = difference(answer, reference)
    assert seen.largest == pytest.approx(0.25)
    assert seen.same == 1.0


def test_a_difference_counts_the_anchors_of_another_class(tmp_path):
    reference = save(tmp_path, "reference", [[[0, 1], [1, 0]]])
    seen = difference(save(tmp_path, "answer", [[[1, 0], [1, 0]]]), reference)
    assert seen.same == 0.5


def test_an_answer_of_another_shape_is_refused(tmp_path):
    reference = save(tmp_path, "reference", [[[0, 1], [1, 0]]])
    with pytest.raises(BenchmarkError, match=r"\(1, 1, 2\) where the reference has \(1, 2, 2\)"):
        difference(save(tmp_path, "answer", [[[1, 0]]]), reference)
