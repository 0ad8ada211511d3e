"""Folds hold each picture out once."""

import pytest

from benchmarks.finetuning.folds import divide
from tests.models.evaluation.scenes import data, picture


@pytest.fixture
def pictures():
    return data(*(picture(number, (0, 1, 1, 9, 9)) for number in range(1, 12)))


@pytest.mark.parametrize("count", [2, 4, 11])
def test_each_picture_is_held_out_once_and_learnt_elsewhere(pictures, tmp_path, count):
    folds = divide(pictures, count, 0, tmp_path)
    held = [each.image_id for fold in folds for each in fold.held_out.pictures]
    assert sorted(held) == list(range(1, 12))
    for fold in folds:
        held = {each.image_id for each in fold.held_out.pictures}
        learnt = {each.image_id for each in fold.learnt.pictures}
        assert held | learnt == set(range(1, 12))
        assert not held & learnt
        assert abs(len(held) - 11 / count) < 1
        assert fold.learnt.names == pictures.names


def test_the_seed_draws_them(pictures, tmp_path):
    def held(seed):
        fold = divide(pictures, 3, seed, tmp_path)[0]
        return [each.image_id for each in fold.held_out.pictures]

    assert held(0) == held(0)
    assert any(held(0) != held(seed) for seed in (1, 2, 3))


@pytest.mark.parametrize("count", [-1, 0, 1, 12])
def test_folds_that_cannot_be_are_told(pictures, tmp_path, count):
    with pytest.raises(ValueError, match=rf"--folds is {count}: 11 pictures make 2\.\.11 folds"):
        divide(pictures, count, 0, tmp_path)
