"""The network that is to learn: its columns, and the weights it starts from."""

import math
import zlib
from dataclasses import replace

import msgspec
import numpy as np

from ..ssd.labels import Labels
from ..ssd.nets.layers import INPUT, Layer, LayerWeights, Network, Weights

BACKGROUND = "background"
_GAMMA = 20.0
"""First weight of each channel of ``l2_norm`` (arXiv:1512.02325, section 3)."""
_CLASS_SPREAD = 0.03
_RARE = 0.01
"""What a class that was never seen is given at first, as in arXiv:1708.02002, section 3.3."""
_PIXEL_RANGE = 64.0
"""Inputs that are pixels as they come are so many times as large as those around 0."""


def column_labels(names: tuple[str, ...], class_ids: tuple[int, ...], network: Network) -> Labels:
    """The classes of the network's columns: the data set's, a background before them if it has one.

    Args:
        names: Name of each class of the data set.
        class_ids: Id of each.
        network: The network, whatever its number of columns.

    Returns:
        Names and ids in order of columns.
    """
    if network.background is None:
        return Labels(names, class_ids)
    free = 0 if 0 not in class_ids else max(class_ids) + 1
    return Labels((BACKGROUND, *names), (free, *class_ids))


def as_trained(network: Network) -> Network:
    """The network with the resize that pictures are trained with.

    An imported network may want one that no trainer would choose; what is trained here is served
    as it was trained.
    """
    spec = msgspec.structs.replace(network.input, resize="bilinear")
    return replace(network, input=spec)


def draw_weights(network: Network, seed: int) -> dict[str, LayerWeights]:
    """Fresh weights, the same on any backend.

    Normal with a variance of 2 / inputs (He, arXiv:1502.01852), smaller in a layer that reads
    pixels which are not scaled, and in the heads, whose classes are rare at first.

    Args:
        network: The layers.
        seed: The run's.

    Returns:
        float32 weights by layer.
    """
    return {layer.name: _drawn(layer, network, seed) for layer in network.layers if layer.weighted}


def keep_weights(
    network: Network, labels: Labels, known: Weights, known_labels: Labels, seed: int
) -> tuple[dict[str, LayerWeights], tuple[str, ...]]:
    """Takes over what fits of another network's weights, by layer, and of heads by class.

    Args:
        network: The network that is to learn.
        labels: The classes of its columns.
        known: Weights by layer; layers that are missing, or of another shape, are drawn anew.
        known_labels: The classes of their columns.
        seed: Draws what is new.

    Returns:
        All weights, and the names of the classes whose heads were kept.
    """
    weights = draw_weights(network, seed)
    places = {name: column for column, name in enumerate(known_labels.names)}
    kept = [(new, places[name]) for new, name in enumerate(labels.names) if name in places]
    for name, fresh in weights.items():
        old = known.get(name)
        if old is None:
            continue
        if name in network.scores:
            if kept:
                weights[name] = _kept_columns(fresh, old, len(labels.names), len(places), kept)
        elif old.kernel.shape == fresh.kernel.shape and old.bias.shape == fresh.bias.shape:
            weights[name] = old
    return weights, tuple(labels.names[new] for new, _ in kept)


def _kept_columns(
    fresh: LayerWeights,
    old: LayerWeights,
    columns: int,
    old_columns: int,
    kept: list[tuple[int, int]],
) -> LayerWeights:
    """A class head whose columns of known classes are the old ones'."""
    if old.bias.size % old_columns or old.bias.size // old_columns != fresh.bias.size // columns:
        return fresh
    if old.kernel.shape[:3] != fresh.kernel.shape[:3]:
        return fresh
    kernel = fresh.kernel.reshape(*fresh.kernel.shape[:3], -1, columns).copy()
    bias = fresh.bias.reshape(-1, columns).copy()
    old_kernel = old.kernel.reshape(*old.kernel.shape[:3], -1, old_columns)
    old_bias = old.bias.reshape(-1, old_columns)
    for new, place in kept:
        kernel[..., new], bias[:, new] = old_kernel[..., place], old_bias[:, place]
    return LayerWeights(kernel.reshape(fresh.kernel.shape), bias.reshape(-1))


def _drawn(layer: Layer, network: Network, seed: int) -> LayerWeights:
    random = np.random.default_rng([seed, zlib.crc32(layer.name.encode())])
    bias = np.zeros(layer.bias, np.float32)
    if layer.kind == "l2_norm":
        return LayerWeights(np.full(layer.kernel, _GAMMA, np.float32), bias)
    inputs = math.prod(layer.kernel[:2] if layer.kind == "depthwise" else layer.kernel[:3])
    spread = math.sqrt(2 / inputs)
    if layer.name in network.heads:
        spread = _CLASS_SPREAD if network.activation == "sigmoid" else spread / 10
    elif layer.inputs[0] == INPUT and max(network.input.scale) >= 1:
        spread /= _PIXEL_RANGE
    if layer.name in network.scores and network.activation == "sigmoid":
        bias += np.float32(math.log(_RARE / (1 - _RARE)))
    return LayerWeights(random.normal(0, spread, layer.kernel).astype(np.float32), bias)
