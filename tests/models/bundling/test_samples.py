import numpy as np

from models.bundling.samples import sample_inputs
from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2


def test_pictures_of_nothing_are_always_the_same_and_use_all_of_the_input(trained):
    images = sample_inputs(trained.network)
    assert images.shape == (2, 32, 32, 3)
    assert images.dtype == np.float32
    assert np.array_equal(images, sample_inputs(trained.network))
    assert not np.array_equal(*images)
    unit = sample_inputs(ssdlite_mobilenet_v2(2))
    assert -1 <= unit.min() < -0.9
    assert 0.9 < unit.max() <= 1
