import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.ssd.nets.apply import run_network
from models.ssd.quantize.statistics import measure

pytestmark = pytest.mark.tensorflow


def test_ranges_are_those_of_all_images_and_samples_are_of_each(network, weights):
    images = np.random.default_rng(0).uniform(-1, 1, (11, 8, 8, 3)).astype(np.float32)
    images[9] *= 3  # in the second batch
    shares = []
    found = measure(network, weights, images, lambda step, share: shares.append((step, share)))
    tensors = run_network(network, weights, images)
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert found[name].least == pytest.approx(tensor.min((0, 1, 2)), abs=1e-5)
        assert found[name].most == pytest.approx(tensor.max((0, 1, 2)), abs=1e-5)
        assert len(found[name].sample) == 11 * 2000
    sample = found["image"].sample
    assert set(np.round(np.unique(sample), 5)) <= set(np.round(np.unique(images), 5))
    assert sample.max() > 1
    assert shares == [("measuring ranges", 8 / 11), ("measuring ranges", 1.0)]


def test_the_same_images_give_the_same_samples(network, weights):
    images = np.random.default_rng(0).uniform(-1, 1, (2, 8, 8, 3)).astype(np.float32)
    one, other = (measure(network, weights, images, lambda *_: None) for _ in range(2))
    assert all(np.array_equal(one[name].sample, other[name].sample) for name in one)
