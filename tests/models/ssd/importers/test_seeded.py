import numpy as np
import pytest

from models.ssd.importers.seeded import seeded_variable

SCOPE = "ssd_300_vgg"


def test_name_and_seed_tell_the_numbers_apart():
    name, shape = f"{SCOPE}/conv6/weights", (3, 3, 8, 16)
    drawn = seeded_variable(name, shape, 1)
    assert (drawn.shape, drawn.dtype) == (shape, np.float32)
    assert np.array_equal(drawn, seeded_variable(name, shape, 1))
    assert not np.array_equal(drawn, seeded_variable(name, shape, 2))
    assert not np.array_equal(drawn, seeded_variable(f"{SCOPE}/conv7/weights", shape, 1))


@pytest.mark.parametrize(
    ("name", "factor"),
    [("conv6", 1.0), ("conv1/conv1_1", 0.02), ("block7_box/conv_cls", 2.0),
     ("block7_box/conv_loc", 0.7)],
)  # fmt: skip
def test_spreads(name, factor):
    drawn = seeded_variable(f"{SCOPE}/{name}/weights", (3, 3, 100, 100), 1)
    assert drawn.std() == pytest.approx(factor * np.sqrt(2 / 900), rel=0.02)
    assert abs(drawn.mean()) < 0.02 * factor


def test_biases_and_gammas():
    assert seeded_variable(f"{SCOPE}/conv6/biases", (9999,), 1).std() == pytest.approx(
        0.1, rel=0.05
    )
    norm = seeded_variable(f"{SCOPE}/block4_box/L2Normalization/gamma", (512,), 1)
    assert set(norm.tolist()) == {20.0}
