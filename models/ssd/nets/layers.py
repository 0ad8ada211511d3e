"""A network as a list of layers, and its weights by layer name.

The one description that the Keras model, the LiteRT graph and the quantizer are all made from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from models.ssd.spec import AnchorLayer, BoxCoderSpec

Floats = npt.NDArray[np.float32]

INPUT = "image"
"""Name of the network's input among the inputs of its layers."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One operation: a convolution, a depthwise convolution, or a sum of two tensors.

    All tensors are NHWC; all convolutions pad as TensorFlow's ``SAME`` (more at the bottom right).

    Attributes:
        name: Name of the layer and of the tensor it makes.
        kind: What it computes.
        inputs: Names of the tensors it reads: one, or two for ``add``.
        kernel: Shape of the kernel: (height, width, input channels, output channels); for
            ``depthwise`` (height, width, channels, 1); empty for ``add``.
        stride: Step of the kernel, down and across.
        relu6: Whether the result is clipped to 0..6.
    """

    name: str
    kind: Literal["conv", "depthwise", "add"]
    inputs: tuple[str, ...]
    kernel: tuple[int, ...] = ()
    stride: int = 1
    relu6: bool = False

    @property
    def bias(self) -> int:
        """Number of biases: one a channel of the result, none for ``add``."""
        if self.kind == "add":
            return 0
        return self.kernel[2] if self.kind == "depthwise" else self.kernel[3]


class LayerWeights(NamedTuple):
    """Weights of one layer.

    Attributes:
        kernel: float32, shaped as ``Layer.kernel``.
        bias: float32 ``[channels of the result]``.
    """

    kernel: Floats
    bias: Floats


Weights = Mapping[str, LayerWeights]
"""Weights by layer name; ``add`` layers have none."""


@dataclass(frozen=True, slots=True)
class Network:
    """A detection network: layers in an order in which they can run, and what its heads mean.

    Attributes:
        name: Name of the architecture.
        input_size: Rows and columns of the input; it has 3 channels, each -1..1.
        layers: The layers, each after those it reads.
        scores: Layers whose results are class logits, ``[N, H, W, anchors of a cell * C]``.
        offsets: Layers whose results are box offsets, ``[N, H, W, anchors of a cell * 4]``.
        anchors: Anchor layer of each pair of heads.
        box_coder: How offsets move anchors.
    """

    name: str
    input_size: tuple[int, int]
    layers: tuple[Layer, ...]
    scores: tuple[str, ...]
    offsets: tuple[str, ...]
    anchors: tuple[AnchorLayer, ...]
    box_coder: BoxCoderSpec

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of all outputs: scores, then offsets."""
        return self.scores + self.offsets

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


def check_weights(network: Network, weights: Weights) -> None:
    """Compares weights with what the layers want.

    Raises:
        ValueError: A layer's weights are missing, too many, or of another shape.
    """
    wanted = {layer.name: layer for layer in network.layers if layer.kind != "add"}
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
