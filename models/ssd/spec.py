"""The manifest of a bundle as frozen records.

Everything the serving path must know about a network that its graph does not say: how pixels become
the tensor, which outputs are scores and offsets, where the anchors lie and how offsets move them.
"""

import math
import re
from typing import Any, Literal

import msgspec

from models.ssd.errors import BundleError

SCHEMA_VERSION = 1
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all records: immutable, and strict about what it does not know."""


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(message)


def _finite(values: tuple[float, ...]) -> bool:
    return all(math.isfinite(value) for value in values)


class InputSpec(_Record, frozen=True, kw_only=True):
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
        _require(1 <= self.height <= 4096, f"input.height must be 1..4096, got {self.height}")
        _require(1 <= self.width <= 4096, f"input.width must be 1..4096, got {self.width}")
        _require(_finite(self.mean + self.scale), "input.mean and input.scale must be finite")
        if self.dtype == "int8":
            _require(
                self.mean == (128.0,) * 3 and self.scale == (1.0,) * 3,
                "an int8 input needs mean 128 and scale 1",
            )


class OutputSpec(_Record, frozen=True, kw_only=True):
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
        _require(len(self.scores) >= 1, "outputs.scores must name at least one tensor")
        _require(
            len(self.scores) == len(self.offsets),
            "outputs.scores and outputs.offsets must name as many tensors",
        )
        _require(1 <= len(self.class_ids) <= 100_000, "outputs.class_ids must have 1..100000 ids")
        _require(
            len(set(self.class_ids)) == len(self.class_ids),
            "outputs.class_ids must not repeat an id",
        )
        if self.background is not None:
            _require(
                0 <= self.background < len(self.class_ids),
                f"outputs.background must be a column, 0..{len(self.class_ids) - 1}",
            )


class AnchorLayer(_Record, frozen=True, kw_only=True):
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
        _require(
            all(1 <= cells <= 1024 for cells in self.grid), "anchor grid must be 1..1024 cells"
        )
        _require(_finite(self.step) and min(self.step) > 0, "anchor step must be above 0")
        _require(math.isfinite(self.offset), "anchor offset must be finite")
        _require(1 <= len(self.sizes) <= 64, "an anchor layer needs 1..64 sizes")
        for size in self.sizes:
            _require(_finite(size) and min(size) > 0, "anchor sizes must be above 0")

    @property
    def count(self) -> int:
        """Number of anchors of this layer."""
        return self.grid[0] * self.grid[1] * len(self.sizes)


class BoxCoderSpec(_Record, frozen=True, kw_only=True):
    """How an offset moves an anchor (SSD, arXiv:1512.02325, section 2.2; Faster R-CNN's coder).

    Attributes:
        order: Order of the four offsets: centre then size, y first or x first.
        variances: Scale of each offset, always as (y, x, h, w): 0.1, 0.1, 0.2, 0.2 in SSD.
    """

    order: Literal["yxhw", "xywh"]
    variances: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        _require(
            _finite(self.variances) and min(self.variances) > 0,
            "box coder variances must be above 0",
        )


class DefaultsSpec(_Record, frozen=True, kw_only=True):
    """What a call uses when it asks for nothing else.

    Attributes:
        threshold: Least confidence of a detection, 0..1.
        iou: Overlap (intersection over union, 0..1) above which the weaker box of a class goes.
        top_k: Candidates kept before suppression.
        max_detections: Detections answered at most.
    """

    threshold: float = 0.5
    iou: float = 0.45
    top_k: int = 400
    max_detections: int = 100

    def __post_init__(self) -> None:
        _require(0 <= self.threshold <= 1, "defaults.threshold must be 0..1")
        _require(0 <= self.iou <= 1, "defaults.iou must be 0..1")
        _require(1 <= self.top_k <= 100_000, "defaults.top_k must be 1..100000")
        _require(1 <= self.max_detections <= 100_000, "defaults.max_detections must be 1..100000")


class FileSpec(_Record, frozen=True, kw_only=True):
    """A file of the bundle.

    Attributes:
        sha256: Lower-case hexadecimal digest of its content.
        bytes: Its length.
    """

    sha256: str
    bytes: int

    def __post_init__(self) -> None:
        _require(_SHA256.fullmatch(self.sha256) is not None, "sha256 must be 64 hexadecimal digits")
        _require(self.bytes >= 0, "a file's length cannot be negative")


class Manifest(_Record, frozen=True, kw_only=True):
    """All that is written down about a model.

    Attributes:
        schema_version: Version of this format; this code reads ``SCHEMA_VERSION``.
        name: Name of the model.
        version: Version of the model.
        network: Name of the architecture.
        engine: What runs the graph.
        precision: Numeric type of weights and activations.
        graph: Name of the graph file (LiteRT) or folder (SavedModel) inside the bundle.
        input: How an image becomes the tensor.
        outputs: Which outputs mean what.
        anchors: The anchor layers, in output order.
        box_coder: How offsets move anchors.
        defaults: Thresholds used when a call gives none.
        files: Every file of the bundle but the manifest, by relative path with forward slashes.
        metrics: Measured figures, with what they were measured on.
        provenance: Where the weights came from, and how they were converted.
        license: SPDX identifier of the weights' licence.
    """

    schema_version: int
    name: str
    version: str
    network: str
    engine: Literal["litert", "tensorflow"]
    precision: str
    graph: str
    input: InputSpec
    outputs: OutputSpec
    anchors: tuple[AnchorLayer, ...]
    box_coder: BoxCoderSpec
    defaults: DefaultsSpec
    files: dict[str, FileSpec]
    metrics: dict[str, Any] = {}
    provenance: dict[str, Any] = {}
    license: str

    def __post_init__(self) -> None:
        _require(
            self.schema_version == SCHEMA_VERSION,
            f"schema_version {self.schema_version} is not understood, "
            f"this release reads {SCHEMA_VERSION}",
        )
        _require(_NAME.fullmatch(self.name) is not None, f"{self.name!r} is not a model name")
        _require(len(self.anchors) >= 1, "anchors must have at least one layer")

    @property
    def anchor_count(self) -> int:
        """Number of anchors (A) of the whole network."""
        return sum(layer.count for layer in self.anchors)


def parse_manifest(content: bytes) -> Manifest:
    """Reads a manifest.

    Args:
        content: The bytes of ``manifest.json``.

    Returns:
        The checked manifest.

    Raises:
        BundleError: The JSON is broken, a key is missing or unknown, or a value is out of range.
    """
    try:
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BundleError(f"manifest.json is not usable: {error}") from error


def format_manifest(manifest: Manifest) -> bytes:
    """Writes a manifest as ``parse_manifest`` reads it: indented JSON with a final newline."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
