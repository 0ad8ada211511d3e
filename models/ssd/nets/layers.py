"""A network as a list of layers, and its weights by layer name.

The one description that the Keras model, the LiteRT graph and the quantizer are all made from.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..spec import AnchorLayer, BoxCoderSpec, InputSpec

Floats = npt.NDArray[np.float32]

INPUT = "image"
"""Name of the network's input among the inputs of its layers."""

NORM_FLOOR = 1e-12
"""Least sum of squares that ``l2_norm`` divides by the root of."""

Kind = Literal["conv", "depthwise", "add", "max_pool", "pad", "l2_norm"]
Activation = Literal["linear", "relu", "relu6"]

_CLIPS = {"linear": (-math.inf, math.inf), "relu": (0.0, math.inf), "relu6": (0.0, 6.0)}


@dataclass(frozen=True, slots=True)
class Layer:
    """One operation. All tensors are NHWC.

    Attributes:
        name: Name of the layer and of the tensor it makes.
        kind: What it computes. ``add`` sums two tensors; ``pad`` puts one row or column of zeros on
            each side; ``l2_norm`` divides each position by its norm over the channels and then
            multiplies each channel by its weight (ParseNet, arXiv:1506.04579, section 3.3).
        inputs: Names of the tensors it reads: one, or two for ``add``.
        kernel: Shape of the kernel: (height, width, input channels, output channels); for
            ``depthwise`` (height, width, channels, 1); for ``max_pool`` (height, width); for
            ``l2_norm`` (channels,); empty for the others.
        stride: Step of the kernel, down and across.
        dilation: Distance of the kernel's taps, down and across; more than 1 is "atrous".
        padding: What is done at the borders, as TensorFlow does: ``same`` has one result a step
            (zeros all around, the odd one at the bottom right), ``valid`` reads no border.
        activation: What its results are clipped by.
    """

    name: str
    kind: Kind
    inputs: tuple[str, ...]
    kernel: tuple[int, ...] = ()
    stride: int = 1
    dilation: int = 1
    padding: Literal["same", "valid"] = "same"
    activation: Activation = "linear"

    @property
    def weighted(self) -> bool:
        """Whether it has weights."""
        return self.kind in ("conv", "depthwise", "l2_norm")

    @property
    def convolves(self) -> bool:
        """Whether it is a convolution, depthwise or not: with a kernel and biases."""
        return self.kind in ("conv", "depthwise")

    @property
    def bias(self) -> int:
        """Number of biases: one a channel of a convolution's result, else none."""
        if not self.convolves:
            return 0
        return self.kernel[2] if self.kind == "depthwise" else self.kernel[3]

    @property
    def clip(self) -> tuple[float, float]:
        """Least and greatest result that the activation leaves."""
        return _CLIPS[self.activation]

    def result_shape(self, height: int, width: int, channels: int) -> tuple[int, int, int]:
        """Height, width and channels of the result for an input of such a shape."""
        if self.kind == "pad":
            return height + 2, width + 2, channels
        if self.kind in ("add", "l2_norm"):
            return height, width, channels
        rows, columns = (self.steps(size, axis) for axis, size in enumerate((height, width)))
        return rows, columns, self.bias or channels

    def steps(self, size: int, axis: int) -> int:
        """How often the kernel fits along an axis (0 down, 1 across) of that many pixels."""
        if self.padding == "same":
            return -(-size // self.stride)
        return -(-(size - self.reach(axis) + 1) // self.stride)

    def reach(self, axis: int) -> int:
        """Pixels from the kernel's first tap to its last along an axis, both included."""
        return (self.kernel[axis] - 1) * self.dilation + 1

    def margins(self, size: int, axis: int) -> tuple[int, int]:
        """Zeros that the padding puts before and after an axis of that many pixels."""
        if self.padding == "valid":
            return 0, 0
        total = max((self.steps(size, axis) - 1) * self.stride + self.reach(axis) - size, 0)
        return total // 2, total - total // 2


class LayerWeights(NamedTuple):
    """Weights of one layer.

    Attributes:
        kernel: float32, shaped as ``Layer.kernel``.
        bias: float32, one a channel of a convolution's result; empty for ``l2_norm``.
    """

    kernel: Floats
    bias: Floats


Weights = Mapping[str, LayerWeights]
"""Weights by layer name, of the layers that have some."""


@dataclass(frozen=True, slots=True)
class Network:
    """A detection network: layers in an order in which they can run, and what its heads mean.

    Attributes:
        name: Name of the architecture.
        input: How an image becomes the float32 tensor it reads.
        layers: The layers, each after those it reads.
        scores: Layers whose results are class logits, ``[N, H, W, anchors of a cell * C]``.
        offsets: Layers whose results are box offsets, ``[N, H, W, anchors of a cell * 4]``.
        activation: What turns logits into probabilities.
        background: Column that means "nothing here", or None.
        anchors: Anchor layer of each pair of heads.
        box_coder: How offsets move anchors.
    """

    name: str
    input: InputSpec
    layers: tuple[Layer, ...]
    scores: tuple[str, ...]
    offsets: tuple[str, ...]
    activation: Literal["sigmoid", "softmax"]
    background: int | None
    anchors: tuple[AnchorLayer, ...]
    box_coder: BoxCoderSpec

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of all outputs: scores, then offsets."""
        return self.scores + self.offsets

    @property
    def input_size(self) -> tuple[int, int]:
        """Rows and columns of the input."""
        return self.input.height, self.input.width

    def layer(self, name: str) -> Layer:
        """The layer of that name.

        Raises:
            KeyError: No layer has that name.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)

    def consumers(self, name: str) -> tuple[Layer, ...]:
        """The layers that read tensor ``name``."""
        return tuple(layer for layer in self.layers if name in layer.inputs)

    def shapes(self) -> dict[str, tuple[int, int, int]]:
        """Height, width and channels of every tensor by name, the input among them."""
        shapes: dict[str, tuple[int, int, int]] = {INPUT: (*self.input_size, 3)}
        for layer in self.layers:
            shapes[layer.name] = layer.result_shape(*shapes[layer.inputs[0]])
        return shapes


def check_weights(network: Network, weights: Weights) -> None:
    """Compares weights with what the layers want.

    Raises:
        ValueError: A layer's weights are missing, too many, or of another shape.
    """
    wanted = {layer.name: layer for layer in network.layers if layer.weighted}
    if wanted.keys() != weights.keys():
        odd = sorted(wanted.keys() ^ weights.keys())
        raise ValueError(f"weights and layers of {network.name} differ at {', '.join(odd[:5])}")
    for name, layer in wanted.items():
        kernel, bias = weights[name]
        if kernel.shape != layer.kernel or bias.shape != (layer.bias,):
            raise ValueError(
                f"layer {name} wants kernel {layer.kernel} and {layer.bias} biases, "
                f"got {kernel.shape} and {bias.shape}"
            )
