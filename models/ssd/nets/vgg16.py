"""SSD-300 on VGG16 (arXiv:1512.02325), with the layers and names of its TensorFlow port.

The fully connected layers of VGG16 are convolutions here: fc6 one of 3 x 3 with holes (``conv6``,
atrous, every sixth pixel), fc7 one of 1 x 1 (``conv7``). The first heads read conv4_3 after an L2
normalization; column 0 of every head means background.
"""

import math
from typing import Literal

from ..spec import AnchorLayer, BoxCoderSpec, InputSpec
from .layers import INPUT, Layer, Network

NAME = "ssd300_vgg16"
SIDE = 300
MEAN = (123.0, 117.0, 104.0)
"""Red, green, blue: whole numbers, as the port subtracts them (VGG's own have fractions)."""

AnchorSet = Literal["port", "paper"]

# VGG16's blocks: convolutions, channels.
_BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
_DILATION = 6
# Blocks after VGG16: number, channels of the 1 x 1 and of the 3 x 3 convolution, stride of the
# latter.
_EXTRAS = ((8, 256, 512, 2), (9, 128, 256, 2), (10, 128, 256, 1), (11, 128, 256, 1))

_GRIDS = (38, 19, 10, 5, 3, 1)
_STEPS = (8, 16, 32, 64, 100, 300)
"""Pixels from one cell to the next; not 300 / grid, as the layers' borders do not end there."""
_RATIOS = ((2.0,), (2.0, 3.0), (2.0, 3.0), (2.0, 3.0), (2.0,), (2.0,))
"""Widths over heights besides 1; each stands for its inverse, too."""
_SIZES: dict[AnchorSet, tuple[int, ...]] = {
    "port": (21, 45, 99, 153, 207, 261, 315),
    "paper": (30, 60, 111, 162, 213, 264, 315),
}


def ssd300_vgg16(columns: int = 21, anchors: AnchorSet = "port") -> Network:
    """The network.

    Args:
        columns: Class columns, the background's (0) among them; 21 for PASCAL VOC.
        anchors: The anchor set the weights were trained with, see ``anchor_layers``.

    Returns:
        Layers, anchors and box coder.
    """
    layers = [*_backbone(), *_extras()]
    features = _features(layers)
    for index, (feature, channels) in enumerate(features):
        cell = 2 + 2 * len(_RATIOS[index])
        for kind, width in (("scores", columns), ("offsets", 4)):
            kernel = (3, 3, channels, cell * width)
            layers.append(Layer(f"{kind}_{index}", "conv", (feature,), kernel))
    indices = range(len(features))
    return Network(
        name=NAME,
        input=InputSpec(
            height=SIDE, width=SIDE, mean=MEAN, scale=(1.0,) * 3, resize="legacy_bilinear"
        ),
        layers=tuple(layers),
        scores=tuple(f"scores_{index}" for index in indices),
        offsets=tuple(f"offsets_{index}" for index in indices),
        activation="softmax",
        background=0,
        anchors=anchor_layers(anchors),
        box_coder=BoxCoderSpec(order="xywh", variances=(0.1, 0.1, 0.2, 0.2)),
    )


def anchor_layers(anchors: AnchorSet = "port") -> tuple[AnchorLayer, ...]:
    """The anchors: two squares a cell, and two oblongs a ratio.

    Args:
        anchors: ``paper``: sides of 30, 60, 111, 162, 213, 264 pixels (the original's training on
            VOC); ``port``: 21, 45, 99, 153, 207, 261 (the original's on COCO, and the set that the
            TensorFlow port has active). Both give 8,732 anchors: only this tells them apart.

    Returns:
        One layer of anchors a pair of heads, in unit coordinates.
    """
    sizes = _SIZES[anchors]
    layers = []
    for index, (grid, step) in enumerate(zip(_GRIDS, _STEPS, strict=True)):
        small, large = sizes[index], sizes[index + 1]
        shapes = [(float(small), 1.0), (math.sqrt(small * large), 1.0)]
        for ratio in _RATIOS[index]:
            shapes += [(float(small), ratio), (float(small), 1 / ratio)]
        layers.append(
            AnchorLayer(
                grid=(grid, grid),
                step=(step / SIDE, step / SIDE),
                sizes=tuple(
                    (size / math.sqrt(ratio) / SIDE, size * math.sqrt(ratio) / SIDE)
                    for size, ratio in shapes
                ),
            )
        )
    return tuple(layers)


def _backbone() -> list[Layer]:
    """VGG16: five blocks, each with a pool behind it, then fc6 and fc7 as convolutions."""
    layers: list[Layer] = []
    tensor, channels = INPUT, 3
    for number, (repeats, width) in enumerate(_BLOCKS, 1):
        for repeat in range(1, repeats + 1):
            name = f"conv{number}/conv{number}_{repeat}"
            layers.append(_conv(name, tensor, (3, 3, channels, width)))
            tensor, channels = name, width
        last = number == len(_BLOCKS)  # it keeps its grid
        window, stride = ((3, 3), 1) if last else ((2, 2), 2)
        layers.append(Layer(f"pool{number}", "max_pool", (tensor,), window, stride))
        tensor = f"pool{number}"
    layers.append(_conv("conv6", tensor, (3, 3, channels, 1024), dilation=_DILATION))
    layers.append(_conv("conv7", "conv6", (1, 1, 1024, 1024)))
    return layers


def _extras() -> list[Layer]:
    """Four blocks that shrink the grid; those of stride 2 have their zeros on both sides."""
    layers: list[Layer] = []
    tensor, channels = "conv7", 1024
    for number, narrow, width, stride in _EXTRAS:
        name = f"block{number}"
        layers.append(_conv(f"{name}/conv1x1", tensor, (1, 1, channels, narrow)))
        tensor = f"{name}/conv1x1"
        if stride == 2:
            layers.append(Layer(f"{name}/pad", "pad", (tensor,)))
            tensor = f"{name}/pad"
        layers.append(
            Layer(
                f"{name}/conv3x3", "conv", (tensor,), (3, 3, narrow, width), stride,
                padding="valid", activation="relu",
            )
        )  # fmt: skip
        tensor, channels = f"{name}/conv3x3", width
    return layers


def _features(layers: list[Layer]) -> list[tuple[str, int]]:
    """Name and channels of the tensors that the heads read; adds the normalization of the first."""
    norm = Layer("block4_box/L2Normalization", "l2_norm", ("conv4/conv4_3",), (512,))
    layers.append(norm)
    extras = [(f"block{number}/conv3x3", width) for number, _, width, _ in _EXTRAS]
    return [(norm.name, 512), ("conv7", 1024), *extras]


def _conv(name: str, source: str, kernel: tuple[int, ...], dilation: int = 1) -> Layer:
    return Layer(name, "conv", (source,), kernel, dilation=dilation, activation="relu")
