import numpy as np
import pytest

from models.ssd.convert.grids import Grid, grid_over


@pytest.mark.parametrize("ends", [(-1.0, 3.0), (0.0, 6.0), (2.0, 6.0), (-6.0, -2.0)])
def test_zero_is_on_every_grid(ends):
    grid = grid_over(*ends)
    zero = np.zeros(1, np.float32)
    assert grid.dequantize(grid.quantize(zero))[0] == 0
    least, most = grid.range
    assert least <= min(ends[0], 0) + grid.scale
    assert most >= max(ends[1], 0) - grid.scale


def test_there_and_back_is_within_half_a_step():
    grid = grid_over(-1.0, 3.0)
    values = np.linspace(*grid.range, 999, dtype=np.float32)
    assert np.abs(grid.dequantize(grid.quantize(values)) - values).max() <= grid.scale * 0.5001


def test_an_empty_range_is_refused():
    with pytest.raises(ValueError, match="needs a range"):
        grid_over(0.0, 0.0)


def test_halves_go_to_the_even_integer_and_ends_are_held():
    grid = Grid(0.5, -1)
    values = np.array([0.25, 0.75, 1e9, -1e9, 0.0], np.float32)
    assert grid.quantize(values).tolist() == [0, 0, 127, -128, -1]
    assert grid.range == (-63.5, 64.0)
    assert grid.dequantize(np.array([-128, 127], np.int8)).tolist() == [-63.5, 64.0]
