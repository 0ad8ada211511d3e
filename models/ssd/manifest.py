"""The manifest of a bundle: everything that is written down about a model.

What says how to answer (``input``, ``outputs``, ``anchors``, ``box_coder``, ``defaults``) and
``files`` are strict: a release that adds to them raises ``SCHEMA_VERSION``, and older ones refuse.
What describes (the manifest's own fields, ``metrics``, ``provenance``) is open: what is not known
is kept, and written back.
"""

import re
from typing import Literal

import msgspec

from .description import Metrics, Provenance
from .errors import BundleError
from .open_record import OpenRecord, fold
from .spec import (
    AnchorLayer,
    BoxCoderSpec,
    DefaultsSpec,
    InputSpec,
    OutputSpec,
    Record,
    require,
)

SCHEMA_VERSION = 1
"""Raised by whatever an older release would answer wrongly without."""
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


class Manifest(OpenRecord, frozen=True, kw_only=True, omit_defaults=False):
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
        metrics: Measured figures.
        provenance: Where the weights came from.
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
    metrics: Metrics = Metrics()
    provenance: Provenance = Provenance()
    license: str

    def __post_init__(self) -> None:
        require(
            self.schema_version == SCHEMA_VERSION,
            f"schema_version must be {SCHEMA_VERSION}, got {self.schema_version}",
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
        The checked manifest; what it does not know of open records is in their ``others``.

    Raises:
        BundleError: The JSON is broken, a newer release wrote it, a key is missing or unknown, or a
            value is out of range.
    """
    try:
        document = msgspec.json.decode(content)
        _refuse_newer(document)
        return msgspec.convert(fold(document, Manifest), Manifest)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        # A strict record has met a field that it does not know.
        unknown = "unknown field" in str(error)
        remedy = "; it may change answers: upgrade dcf-detect, or mend its name" if unknown else ""
        raise BundleError(f"manifest.json is not usable: {error}{remedy}") from error


def _refuse_newer(document: object) -> None:
    """Tells a newer schema before its fields are read, which may be of any type."""
    version = document.get("schema_version") if isinstance(document, dict) else None
    if isinstance(version, int | float) and version > SCHEMA_VERSION:
        raise BundleError(
            f"manifest.json has schema_version {version}, this release reads {SCHEMA_VERSION}: "
            "upgrade dcf-detect to use this bundle"
        )


def format_manifest(manifest: Manifest) -> bytes:
    """Writes a manifest as ``parse_manifest`` reads it: indented JSON with a final newline."""
    return msgspec.json.format(msgspec.json.encode(manifest.values()), indent=2) + b"\n"
