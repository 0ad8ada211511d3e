"""Weights of VGG16 learnt on ImageNet, in Keras' file: what SSD-300 starts from in the paper.

The file is ``vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5`` of Keras, or the one with its top,
which is not used. Its first layer reads blue, green, red; ours reads red, green, blue.
"""

import re
from pathlib import Path

import h5py
import numpy as np

from ..ssd.nets.layers import LayerWeights, Network
from .errors import WeightsUnfit

_LAYER = re.compile(r"block(\d)_conv(\d)")
_FIRST = "conv1/conv1_1"


def read_vgg_weights(file: Path, network: Network) -> dict[str, LayerWeights]:
    """Reads the thirteen convolutions.

    Args:
        file: The HDF5 file.
        network: SSD-300 VGG16.

    Returns:
        Their weights, by the network's layer.

    Raises:
        WeightsUnfit: It is no such file, or a layer is missing or of another shape.
    """
    found: dict[str, list[np.ndarray]] = {}

    def collect(name: str, item: object) -> None:
        known = _LAYER.search(name)
        if known and isinstance(item, h5py.Dataset):
            layer = f"conv{known[1]}/conv{known[1]}_{known[2]}"
            found.setdefault(layer, []).append(np.asarray(item, np.float32))

    try:
        with h5py.File(file) as content:
            content.visititems(collect)
    except OSError as error:
        raise WeightsUnfit(f"{file} is no HDF5 file of weights: {error}") from error
    weights = {}
    for layer in network.layers:
        if not layer.name.startswith("conv") or "/" not in layer.name:
            continue
        arrays = {array.ndim: array for array in found.get(layer.name, [])}
        kernel, bias = arrays.get(4), arrays.get(1)
        if kernel is None or bias is None or kernel.shape != layer.kernel:
            raise WeightsUnfit(
                f"{file} has no {layer.name} of shape {layer.kernel}: it must be Keras' "
                "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
            )
        if layer.name == _FIRST:
            kernel = np.ascontiguousarray(kernel[:, :, ::-1])
        weights[layer.name] = LayerWeights(kernel, bias)
    return weights
