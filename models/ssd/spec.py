"""What the serving path must know about a network that its graph does not say, as frozen records.

How pixels become the tensor, which outputs are scores and offsets, where the anchors lie, and how
offsets move them.
"""

import math
from typing import Literal

import msgspec

from .ranges import RANGES


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all records: immutable, and strict about what it does not know."""


def require(holds: bool, message: str) -> None:
    """Refuses a record that cannot be right; msgspec adds where in the document it stands."""
    if not holds:
        raise ValueError(message)


def _finite(values: tuple[float, ...]) -> bool:
    return all(math.isfinite(value) for value in values)


class InputSpec(Record, frozen=True, kw_only=True):
    """How an RGB image becomes the tensor: ``tensor = (pixel - mean) * scale``, channel by channel.

    Attributes:
        height: Rows of the tensor, in pixels.
        width: Columns of the tensor, in pixels.
        color_order: Order of the three channels in the tensor.
        mean: Subtracted from each channel, in pixel values (0..255), in tensor order.
        scale: Multiplied after that, in tensor order.
        dtype: Element type of the tensor. With ``int8`` the result must fit without rounding
            (mean 128, scale 1).
        resize: ``bilinear`` aligns pixel centres (as OpenCV does); ``legacy_bilinear`` aligns the
            top left corners, as TensorFlow 1 did.
    """

    height: int
    width: int
    color_order: Literal["rgb", "bgr"] = "rgb"
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]
    dtype: Literal["float32", "int8"] = "float32"
    resize: Literal["bilinear", "legacy_bilinear"] = "bilinear"

    def __post_init__(self) -> None:
        require(1 <= self.height <= 4096, f"input.height must be 1..4096, got {self.height}")
        require(1 <= self.width <= 4096, f"input.width must be 1..4096, got {self.width}")
        require(_finite(self.mean + self.scale), "input.mean and input.scale must be finite")
        if self.dtype == "int8":
            require(
                self.mean == (128.0,) * 3 and self.scale == (1.0,) * 3,
                "an int8 input needs mean 128 and scale 1",
            )


class OutputSpec(Record, frozen=True, kw_only=True):
    """Which tensors of the graph are class scores and box offsets.

    A graph may hand out one tensor or one a feature layer; they are reshaped to ``[N, -1, C]`` and
    ``[N, -1, 4]`` and joined in the order given, which is the order of the anchors.

    Attributes:
        scores: Names of the tensors with class scores, before ``activation``.
        offsets: Names of the tensors with box offsets.
        activation: What turns raw scores into probabilities; ``none`` when the graph did it.
        background: Column that means "nothing here", or None.
        class_ids: The class id of each of the C columns, in column order.
    """

    scores: tuple[str, ...]
    offsets: tuple[str, ...]
    activation: Literal["sigmoid", "softmax", "none"]
    background: int | None = None
    class_ids: tuple[int, ...]

    def __post_init__(self) -> None:
        require(len(self.scores) >= 1, "outputs.scores must name at least one tensor")
        require(
            len(self.scores) == len(self.offsets),
            "outputs.scores and outputs.offsets must name as many tensors",
        )
        require(1 <= len(self.class_ids) <= 100_000, "outputs.class_ids must have 1..100000 ids")
        require(
            len(set(self.class_ids)) == len(self.class_ids),
            "outputs.class_ids must not repeat an id",
        )
        if self.background is not None:
            require(
                0 <= self.background < len(self.class_ids),
                f"outputs.background must be a column, 0..{len(self.class_ids) - 1}",
            )


class AnchorLayer(Record, frozen=True, kw_only=True):
    """The anchors of one feature layer, in unit coordinates of the network's input.

    The centre of the anchors of cell (row i, column j) is ``((i + offset) * step[0],
    (j + offset) * step[1])``, as (y, x); each cell has one anchor a size, in order of ``sizes``.

    Attributes:
        grid: Rows and columns of the layer.
        step: Distance between cells as (y, x), as a share of the input (1.0 is the whole input).
        offset: Place of the centre in its cell, usually 0.5.
        sizes: The (height, width) of each anchor of a cell, as shares of the input.
    """

    grid: tuple[int, int]
    step: tuple[float, float]
    offset: float = 0.5
    sizes: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        require(all(1 <= cells <= 1024 for cells in self.grid), "anchor grid must be 1..1024 cells")
        require(_finite(self.step) and min(self.step) > 0, "anchor step must be above 0")
        require(math.isfinite(self.offset), "anchor offset must be finite")
        require(1 <= len(self.sizes) <= 64, "an anchor layer needs 1..64 sizes")
        for size in self.sizes:
            require(_finite(size) and min(size) > 0, "anchor sizes must be above 0")

    @property
    def count(self) -> int:
        """Number of anchors of this layer."""
        return self.grid[0] * self.grid[1] * len(self.sizes)


class BoxCoderSpec(Record, frozen=True, kw_only=True):
    """How an offset moves an anchor (SSD, arXiv:1512.02325, section 2.2; Faster R-CNN's coder).

    Attributes:
        order: Order of the four offsets: centre then size, y first or x first.
        variances: Scale of each offset, always as (y, x, h, w): 0.1, 0.1, 0.2, 0.2 in SSD.
    """

    order: Literal["yxhw", "xywh"]
    variances: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        require(
            _finite(self.variances) and min(self.variances) > 0,
            "box coder variances must be above 0",
        )


class DefaultsSpec(Record, frozen=True, kw_only=True):
    """What a call uses when it asks for nothing else; ranges as in ``RANGES``.

    Attributes:
        threshold: Least confidence of a detection.
        iou: Overlap (intersection over union) above which the weaker box of a class goes.
        top_k: Candidates kept before suppression.
        max_detections: Detections answered at most.
    """

    threshold: float = 0.5
    iou: float = 0.45
    top_k: int = 400
    max_detections: int = 100

    def __post_init__(self) -> None:
        for name, allowed in RANGES.items():
            value = getattr(self, name)
            span = f"{allowed.low}..{allowed.high}"
            require(value in allowed, f"defaults.{name} must be {span}, got {value}")
