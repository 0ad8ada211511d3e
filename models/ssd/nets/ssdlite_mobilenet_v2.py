"""SSDLite on MobileNetV2, 300 x 300 (arXiv:1801.04381, section 6.2), batch norm folded away.

The heads' class columns are the wanted classes only; there is no background column, since every
column has a sigmoid of its own.
"""

import math

from ..spec import AnchorLayer, BoxCoderSpec, InputSpec
from .layers import INPUT, Activation, Layer, Network

NAME = "ssdlite_mobilenet_v2"

# Bottlenecks (table 2 of the paper): expansion, channels, stride of the first, repeats.
_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 2, 3), (6, 64, 2, 4), (6, 96, 1, 3),
           (6, 160, 2, 3), (6, 320, 1, 1))  # fmt: skip
# Layers added after the backbone: channels of the 1x1 convolution, channels of the result.
_EXTRAS = ((256, 512), (128, 256), (128, 256), (64, 128))
_TAPPED_BLOCK = 13
"""The block whose expanded tensor feeds the first heads (its stride comes after it)."""

_GRIDS = (19, 10, 5, 3, 2, 1)
_MIN_SCALE, _MAX_SCALE = 0.2, 0.95
_LOWEST_SCALE = 0.1
"""Scale of the square anchor of the first layer, which has three anchors instead of six."""
_THIRD = 0.3333
"""As the network was trained: four digits, which 1/3 would miss by 4e-5 of the input."""


def ssdlite_mobilenet_v2(columns: int = 80) -> Network:
    """The network.

    Args:
        columns: Number of classes, one column each.

    Returns:
        Layers, anchors and box coder.
    """
    builder = _Builder(columns)
    builder.backbone()
    builder.extras()
    builder.heads()
    indices = range(len(_GRIDS))
    return Network(
        name=NAME,
        input=InputSpec(height=300, width=300, mean=(127.5,) * 3, scale=(1 / 127.5,) * 3),
        layers=tuple(builder.layers),
        scores=tuple(f"scores_{index}" for index in indices),
        offsets=tuple(f"offsets_{index}" for index in indices),
        activation="sigmoid",
        background=None,
        anchors=anchor_layers(),
        box_coder=BoxCoderSpec(order="yxhw", variances=(0.1, 0.1, 0.2, 0.2)),
    )


def anchor_layers() -> tuple[AnchorLayer, ...]:
    """The anchors: SSD's scales 0.2..0.95 with ratios 1, 2, 1/2, 3, 1/3 (arXiv:1512.02325, 2.2).

    Each layer but the first has a second square anchor, between its scale and the next one's; the
    first has a small square one and ratios 2 and 1/2 only.
    """
    steps = len(_GRIDS) - 1
    scales = [
        _MIN_SCALE + (_MAX_SCALE - _MIN_SCALE) * index / steps for index in range(len(_GRIDS))
    ]
    layers = []
    for index, (grid, scale) in enumerate(zip(_GRIDS, scales, strict=True)):
        if index == 0:
            shapes = [(_LOWEST_SCALE, 1.0), (scale, 2.0), (scale, 0.5)]
        else:
            following = scales[index + 1] if index < steps else 1.0
            shapes = [(scale, ratio) for ratio in (1.0, 2.0, 0.5, 3.0, _THIRD)]
            shapes.append((math.sqrt(scale * following), 1.0))
        sizes = tuple((size / math.sqrt(ratio), size * math.sqrt(ratio)) for size, ratio in shapes)
        layers.append(AnchorLayer(grid=(grid, grid), step=(1 / grid, 1 / grid), sizes=sizes))
    return tuple(layers)


class _Builder:
    """Appends layers in running order; remembers which tensors the heads read."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.layers: list[Layer] = []
        self.features: list[tuple[str, int]] = []

    def conv(
        self, name: str, source: str, shape: tuple[int, int], activation: Activation = "relu6"
    ) -> str:
        """A 1 x 1 convolution; ``shape`` is its channels in and out."""
        self.layers.append(Layer(name, "conv", (source,), (1, 1, *shape), activation=activation))
        return name

    def depthwise(self, name: str, source: str, channels: int, stride: int = 1) -> str:
        """A 3 x 3 depthwise convolution with ReLU6."""
        kernel = (3, 3, channels, 1)
        self.layers.append(Layer(name, "depthwise", (source,), kernel, stride, activation="relu6"))
        return name

    def backbone(self) -> None:
        """The stem, 17 bottlenecks, and the last 1 x 1 convolution."""
        self.layers.append(Layer("stem", "conv", (INPUT,), (3, 3, 3, 32), 2, activation="relu6"))
        tensor, channels, block = "stem", 32, 0
        for expansion, width, first_stride, repeats in _STAGES:
            for repeat in range(repeats):
                stride = first_stride if repeat == 0 else 1
                tensor = self.bottleneck(
                    block, tensor, (channels, channels * expansion, width), stride
                )
                channels, block = width, block + 1
        self.features.append((self.conv("last", tensor, (channels, 1280)), 1280))

    def bottleneck(self, block: int, source: str, widths: tuple[int, int, int], stride: int) -> str:
        """One inverted residual; ``widths`` are its channels: in, expanded, out."""
        narrow, wide, out = widths
        name, tensor = f"block_{block}", source
        if wide != narrow:
            tensor = self.conv(f"{name}/expand", tensor, (narrow, wide))
        if block == _TAPPED_BLOCK:
            self.features.append((tensor, wide))
        tensor = self.depthwise(f"{name}/depthwise", tensor, wide, stride)
        tensor = self.conv(f"{name}/project", tensor, (wide, out), "linear")
        if stride != 1 or narrow != out:
            return tensor
        self.layers.append(Layer(f"{name}/add", "add", (source, tensor)))
        return f"{name}/add"

    def extras(self) -> None:
        """Four pairs of layers that halve the grid."""
        tensor, channels = self.features[-1]
        for index, (narrow, out) in enumerate(_EXTRAS):
            name = f"extra_{index}"
            tensor = self.conv(f"{name}/reduce", tensor, (channels, narrow))
            tensor = self.depthwise(f"{name}/depthwise", tensor, narrow, 2)
            tensor = self.conv(f"{name}/expand", tensor, (narrow, out))
            channels = out
            self.features.append((tensor, channels))

    def heads(self) -> None:
        """A class head and a box head a feature tensor, both without activation."""
        for index, (feature, channels) in enumerate(self.features):
            cell = len(anchor_layers()[index].sizes)
            for kind, width in (("scores", self.columns), ("offsets", 4)):
                name = f"{kind}_{index}"
                tensor = self.depthwise(f"{name}/depthwise", feature, channels)
                self.conv(name, tensor, (channels, cell * width), "linear")
