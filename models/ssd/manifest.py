"""The manifest of a bundle: everything that is written down about a model."""

import re
from typing import Any, Literal

import msgspec

from models.ssd.errors import BundleError
from models.ssd.spec import (
    AnchorLayer,
    BoxCoderSpec,
    DefaultsSpec,
    InputSpec,
    OutputSpec,
    Record,
    require,
)

SCHEMA_VERSION = 1
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class FileSpec(Record, frozen=True, kw_only=True):
    """A file of the bundle.

    Attributes:
        sha256: Lower-case hexadecimal digest of its content.
        bytes: Its length.
    """

    sha256: str
    bytes: int

    def __post_init__(self) -> None:
        require(_SHA256.fullmatch(self.sha256) is not None, "sha256 must be 64 hexadecimal digits")
        require(self.bytes >= 0, "a file's length cannot be negative")


class Manifest(Record, frozen=True, kw_only=True):
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
    metrics: dict[str, Any] = msgspec.field(default_factory=dict)
    provenance: dict[str, Any] = msgspec.field(default_factory=dict)
    license: str

    def __post_init__(self) -> None:
        require(
            self.schema_version == SCHEMA_VERSION,
            f"schema_version {self.schema_version} is not understood, "
            f"this release reads {SCHEMA_VERSION}",
        )
        require(_NAME.fullmatch(self.name) is not None, f"{self.name!r} is not a model name")
        require(len(self.anchors) >= 1, "anchors must have at least one layer")

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
