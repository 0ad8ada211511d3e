import numpy as np
import pytest

from models.ssd.quantize.bias import corrected_bias


@pytest.mark.parametrize("clip", [(0.0, 6.0), (-np.inf, np.inf)], ids=["relu6", "linear"])
def test_means_agree_after_the_activation(clip):
    random = np.random.default_rng(0)
    wanted = random.normal(1, 3, (50, 10, 4)).astype(np.float32)
    found = wanted * 0.8 + random.normal(2, 0.5, wanted.shape).astype(np.float32)
    bias = corrected_bias(wanted, found, clip)
    mean = np.clip(found + bias, *clip).mean(axis=(0, 1))
    assert mean == pytest.approx(np.clip(wanted, *clip).mean(axis=(0, 1)), abs=1e-3)


def test_a_plain_shift_is_found_again():
    wanted = np.random.default_rng(1).normal(size=(500, 3)).astype(np.float32)
    shift = np.array([1.0, -2.0, 0.25], np.float32)
    assert corrected_bias(wanted, wanted - shift, (0.0, 6.0)) == pytest.approx(shift, abs=1e-4)


def test_a_channel_that_is_always_clipped_keeps_the_plain_shift():
    wanted = np.full((100, 1), -5.0, np.float32)
    assert corrected_bias(wanted, wanted - 3, (0.0, 6.0)) == pytest.approx([3.0])
