"""SSD-300 VGG16 in the variables of its original TensorFlow 1 checkpoint (slim's names)."""

from collections.abc import Callable, Mapping

import numpy as np

from ..nets.layers import Floats, LayerWeights, Network
from .errors import VariablesDiffer

_SCOPE = "ssd_300_vgg"
# Tensor that each pair of heads reads, as the checkpoint numbers its blocks.
_BOXES = (4, 7, 8, 9, 10, 11)
_HEADS = {"scores": "conv_cls", "offsets": "conv_loc"}


def variable_shapes(network: Network) -> dict[str, tuple[int, ...]]:
    """Name and shape of every variable of the checkpoint; 71 for SSD-300 VGG16."""
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in network.layers:
        kernel, bias = _variables(layer.name)
        if layer.kind == "l2_norm":
            shapes[f"{_SCOPE}/{layer.name}/gamma"] = layer.kernel
        elif layer.weighted:
            shapes[kernel], shapes[bias] = layer.kernel, (layer.bias,)
    return shapes


def network_weights(
    network: Network,
    shapes: Mapping[str, tuple[int, ...]],
    read: Callable[[str], Floats],
) -> dict[str, LayerWeights]:
    """Takes the network's weights out of a checkpoint.

    Args:
        network: SSD-300 VGG16.
        shapes: Name and shape of every variable that the checkpoint has.
        read: Reads a variable by name.

    Returns:
        Kernel and bias of every layer that has some, float32.

    Raises:
        VariablesDiffer: Variables are missing, left over or of other shapes; it lists them.
    """
    differences = compare_variables(shapes, variable_shapes(network))
    if differences:
        raise VariablesDiffer(
            f"not a checkpoint of {network.name}: {len(differences)} of its variables differ, "
            f"as {differences[0]}",
            differences,
        )
    weights = {}
    for layer in network.layers:
        kernel, bias = _variables(layer.name)
        if layer.kind == "l2_norm":
            gamma = read(f"{_SCOPE}/{layer.name}/gamma")
            weights[layer.name] = LayerWeights(_float(gamma), np.empty(0, np.float32))
        elif layer.weighted:
            weights[layer.name] = LayerWeights(_float(read(kernel)), _float(read(bias)))
    return weights


def compare_variables(
    found: Mapping[str, tuple[int, ...]], wanted: Mapping[str, tuple[int, ...]]
) -> tuple[str, ...]:
    """One line a variable that is missing, of another shape, or left over, in that order."""
    missing = [f"{name} is missing" for name in wanted if name not in found]
    shaped = [
        f"{name} is {list(found[name])} instead of {list(shape)}"
        for name, shape in wanted.items()
        if name in found and tuple(found[name]) != shape
    ]
    extra = [f"{name} is unknown" for name in sorted(found) if name not in wanted]
    return (*missing, *shaped, *extra)


def _variables(name: str) -> tuple[str, str]:
    """Names of a layer's weights and biases."""
    kind, _, index = name.partition("_")
    if kind in _HEADS:
        name = f"block{_BOXES[int(index)]}_box/{_HEADS[kind]}"
    return f"{_SCOPE}/{name}/weights", f"{_SCOPE}/{name}/biases"


def _float(array: Floats) -> Floats:
    return np.ascontiguousarray(array, dtype=np.float32)
