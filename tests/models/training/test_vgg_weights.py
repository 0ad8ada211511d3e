"""Keras' file of VGG16 is read into SSD-300's backbone."""

import numpy as np
import pytest

pytest.importorskip("h5py", reason="the training environment has it: make train-env")
import h5py

from models.ssd.nets.vgg16 import ssd300_vgg16
from models.training.errors import WeightsUnfit
from models.training.recipe import Recipe
from models.training.sources import find_start
from models.training.vgg_weights import read_vgg_weights

pytestmark = pytest.mark.tensorflow

NETWORK = ssd300_vgg16(3)
BACKBONE = [
    layer for layer in NETWORK.layers if layer.name.startswith("conv") and "/" in layer.name
]


def write(file, skip="", style="{0}_W_1:0 {0}_b_1:0", shape=None):
    """As Keras wrote it: a group a layer, in it a kernel and a bias."""
    kernel_name, bias_name = style.split()
    with h5py.File(file, "w") as content:
        content.create_group("block1_pool")
        for index, layer in enumerate(BACKBONE):
            name = f"block{layer.name[4]}_conv{layer.name[-1]}"
            if name == skip:
                continue
            group = content.create_group(name)
            kernel = np.full(shape or layer.kernel, index, np.float32)
            if index == 0:
                kernel[:, :, 0] = 7  # blue
            group[kernel_name.format(name)] = kernel
            group[bias_name.format(name)] = np.full(layer.bias, -index, np.float32)
    return file


@pytest.mark.parametrize("style", ["{0}_W_1:0 {0}_b_1:0", "{0}/kernel:0 {0}/bias:0"])
def test_thirteen_layers_in_our_order_of_colours(tmp_path, style):
    weights = read_vgg_weights(write(tmp_path / "vgg.h5", style=style), NETWORK)
    assert len(weights) == 13
    assert (weights["conv1/conv1_1"].kernel[:, :, 2] == 7).all()  # blue is the last here
    assert (weights["conv1/conv1_1"].kernel[:, :, :2] == 0).all()
    assert (weights["conv5/conv5_3"].kernel == 12).all()
    assert (weights["conv5/conv5_3"].bias == -12).all()


def test_a_run_starts_from_it(tmp_path):
    file = write(tmp_path / "vgg.h5")
    start = find_start(Recipe(network="ssd300-vgg16", start=str(file)), ("a", "b"), (1, 2))
    assert start.note == "VGG16 of ImageNet, vgg.h5; class heads kept: none"
    assert (start.weights["conv3/conv3_2"].kernel == 5).all()
    assert start.weights["conv6"].kernel.std() > 0


def test_what_is_no_such_file(tmp_path):
    (tmp_path / "text.h5").write_text("no HDF5")
    with pytest.raises(WeightsUnfit, match="is no HDF5 file"):
        read_vgg_weights(tmp_path / "text.h5", NETWORK)
    with pytest.raises(WeightsUnfit, match="has no conv4/conv4_2 of shape"):
        read_vgg_weights(write(tmp_path / "a.h5", skip="block4_conv2"), NETWORK)
    with pytest.raises(WeightsUnfit, match="has no conv1/conv1_1 of shape"):
        read_vgg_weights(write(tmp_path / "b.h5", shape=(3, 3, 4, 4)), NETWORK)
