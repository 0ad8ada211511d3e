"""The recipe: a float network and calibration images in, an int8 network out.

Layer by layer, the float network and the quantized one run side by side on the same images. Each
layer is rounded for the inputs that the quantized one really has, and its bias then makes good what
is left of the mean error.
"""

import math
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass

import numpy as np

from ..convert.bundle import reads_pixels
from ..convert.check import LOGIT_REACH
from ..convert.grids import Grid, QuantizedNetwork, QuantizedWeights, grid_over
from ..nets.apply import raw_layer
from ..nets.layers import INPUT, Floats, Layer, LayerWeights, Network, Weights
from .bias import corrected_bias
from .equalization import equalize, linear_chains
from .moments import input_moment, tap_moments
from .ranges import least_error_grid
from .rounding import Doubles, nearest, round_depthwise, round_matrix
from .sidebyside import Tensors
from .statistics import TensorStatistics, measure

Progress = Callable[[str, float], None]

PIXEL_GRID = Grid(float(np.float32(2 / 255)), 0)
"""A pixel minus 128 is the integer; half a step (1/255) is missing, and goes to the first bias."""
_HALF_STEP = 1 / 255

_MOST_INPUTS = 2_304
"""Inputs of an output up to which rounding by moments is worth its time, which grows with their
third power: the errors of more inputs make one another good by their number."""
_LARGEST = 1_250_000_000
"""Bytes that one tensor of all calibration images may take."""

_BIAS_LIMIT = float(2**30)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which steps are taken.

    Attributes:
        equalize: Whether channels are rescaled first.
        round_by_moment: Whether weights are rounded for the layer's inputs, or to the nearest.
        correct_bias: Whether biases are solved for, or only rounded.
    """

    equalize: bool = True
    round_by_moment: bool = True
    correct_bias: bool = True


def quantize(
    network: Network,
    weights: Weights,
    images: Floats,
    recipe: Recipe,
    progress: Progress,
    done: MutableMapping[str, QuantizedWeights] | None = None,
) -> QuantizedNetwork:
    """Quantizes a network.

    Args:
        network: The layers.
        weights: Their float weights.
        images: Calibration images ``[N, H, W, 3]`` as ``network.input`` says, made from whole
            pixels; ``most_images`` tells how many fit into memory.
        recipe: Which steps to take.
        progress: Called with what is done and the share of it that is done, 0..1.
        done: Layers that an interrupted run had finished, from the very same arguments; each is put
            in as soon as it is finished.

    Returns:
        The int8 network.
    """
    statistics = measure(network, weights, images, progress)
    if recipe.equalize and linear_chains(network):
        weights = equalize(network, weights, statistics)
        statistics = measure(network, weights, images, progress)
    grids = choose_grids(network, statistics)
    quantized: MutableMapping[str, QuantizedWeights] = {} if done is None else done
    tensors = Tensors(network, grids, images)
    for index, layer in enumerate(network.layers):
        if layer.convolves:
            exact = raw_layer(layer, weights[layer.name], [tensors.exact[layer.inputs[0]]])
            if layer.name not in quantized:
                quantized[layer.name] = _quantize_layer(
                    layer, weights[layer.name], exact, tensors, recipe
                )
            tensors.put(layer, exact, _run_quantized(layer, quantized[layer.name], tensors))
        else:
            own, sources = weights.get(layer.name), layer.inputs
            exact = raw_layer(layer, own, [tensors.exact[name] for name in sources])
            found = raw_layer(layer, own, [tensors.quantized(name) for name in sources])
            tensors.put(layer, exact, found)
        progress("rounding weights", (index + 1) / len(network.layers))
    gammas = {name: each.kernel for name, each in weights.items() if name not in quantized}
    return QuantizedNetwork(network, dict(quantized), grids, gammas, not reads_pixels(network))


def most_images(network: Network) -> int:
    """Calibration images that fit into memory; their largest tensor is held several times."""
    return max(1, _LARGEST // (4 * max(math.prod(shape) for shape in network.shapes().values())))


def choose_grids(network: Network, statistics: Mapping[str, TensorStatistics]) -> dict[str, Grid]:
    """The grid of every tensor, from what the float network does."""
    grids = {INPUT: _input_grid(network)}
    for layer in network.layers:
        found = statistics[layer.name]
        if layer.kind in ("max_pool", "pad"):
            grids[layer.name] = grids[layer.inputs[0]]  # as the engine wants it; nothing is lost
        elif layer.name in network.scores and network.activation == "sigmoid":
            # The greatest that calibration images happen to have would clip the confident answers
            # on others.
            grids[layer.name] = grid_over(-LOGIT_REACH, LOGIT_REACH)
        elif layer.name in network.heads:
            grids[layer.name] = grid_over(float(found.least.min()), float(found.most.max()))
        else:
            grids[layer.name] = least_error_grid(found.sample)
    return grids


def _input_grid(network: Network) -> Grid:
    """The input's: of whole pixels, or over all that the network's input can be."""
    if reads_pixels(network):
        return PIXEL_GRID
    ends = np.array([[0.0], [255.0]]) - np.array(network.input.mean)
    values = ends * np.array(network.input.scale)
    return grid_over(float(values.min()), float(values.max()))


def _quantize_layer(
    layer: Layer, weights: LayerWeights, wanted: Floats, tensors: Tensors, recipe: Recipe
) -> QuantizedWeights:
    source = layer.inputs[0]
    inputs = tensors.quantized(source)
    integers, scales = _round(layer, weights.kernel, inputs, recipe)
    shaped = scales[:, None] if layer.kind == "depthwise" else scales
    kernel = (integers * shaped).astype(np.float32)
    silent = LayerWeights(kernel, np.zeros_like(weights.bias))
    found = raw_layer(layer, silent, [inputs])
    if recipe.correct_bias:
        clip = layer.clip
        if layer.name in tensors.network.scores:
            clip = tensors.grids[layer.name].range
        bias = corrected_bias(wanted, found, clip)
    else:
        bias = weights.bias
        if source == INPUT and reads_pixels(tensors.network):
            bias = bias + kernel.sum(axis=(0, 1, 2)) * np.float32(_HALF_STEP)
    step = scales.astype(np.float64) * tensors.grids[source].scale
    whole_bias = np.clip(np.rint(bias / step), -_BIAS_LIMIT, _BIAS_LIMIT)
    return QuantizedWeights(integers.astype(np.int8), scales, whole_bias.astype(np.int32))


def _run_quantized(layer: Layer, quantized: QuantizedWeights, tensors: Tensors) -> Floats:
    """What the quantized layer gives before its activation."""
    source = layer.inputs[0]
    shaped = quantized.scales[:, None] if layer.kind == "depthwise" else quantized.scales
    step = quantized.scales.astype(np.float64) * tensors.grids[source].scale
    weights = LayerWeights(
        (quantized.kernel.astype(np.float64) * shaped).astype(np.float32),
        (quantized.bias * step).astype(np.float32),
    )
    return raw_layer(layer, weights, [tensors.quantized(source)])


def _round(layer: Layer, kernel: Floats, inputs: Floats, recipe: Recipe) -> tuple[Doubles, Floats]:
    """Integers in the kernel's shape, and a scale an output channel."""
    # A depthwise channel has as many inputs as taps, however many channels there are.
    wide = layer.kind == "conv" and kernel[..., 0].size > _MOST_INPUTS
    if wide or not recipe.round_by_moment:
        return nearest(kernel, 2 if layer.kind == "depthwise" else 3)
    if layer.kind == "depthwise":
        taps = kernel.reshape(-1, kernel.shape[2])
        integers, scales = round_depthwise(taps, tap_moments(layer, inputs))
    else:
        matrix = kernel.reshape(-1, kernel.shape[3])
        integers, scales = round_matrix(matrix, input_moment(layer, inputs))
    return integers.reshape(kernel.shape), scales
