"""What is written down about a model, one readable file each.

The record is open as a manifest's descriptions are: what a newer release adds is kept.
"""

import re
from typing import Any

import msgspec

from ..ssd.manifest import FileSpec
from ..ssd.open_record import OpenRecord, fold
from ..ssd.spec import require
from .errors import RegistryError

SCHEMA_VERSION = 1
_LIST = "the list of pictures"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


class ModelRecord(OpenRecord, frozen=True, kw_only=True):
    """A model of the registry.

    Attributes:
        schema_version: Version of this record; this code reads ``SCHEMA_VERSION``.
        id: Its name here: ``experiment-trial``.
        digest: SHA-256 of the bundle's manifest, which stands for the whole bundle.
        manifest: The bundle's manifest, as a file of the registry.
        files: The bundle's other files, by their paths in it.
        network: Name of the architecture.
        precision: Numeric type of weights and activations.
        classes: Number of classes it answers.
        license: SPDX identifier of the weights' licence.
        data_digest: Digest of the data set it learnt from; empty where that is not known.
        pictures: Marks of the pictures it learnt from, as a file of the registry; None where they
            are not known.
        metrics: Measured figures.
        parameters: Hyper-parameters of the run that made it.
        parent: Id of the model that it began from; empty where there is none.
        note: What a person wrote about it.
        added: When it was added, RFC 3339 in UTC.
        by: Who added it: a note, not a proof.
    """

    schema_version: int = SCHEMA_VERSION
    id: str
    digest: str
    manifest: FileSpec
    files: dict[str, FileSpec]
    network: str = ""
    precision: str = ""
    classes: int = 0
    license: str = ""
    data_digest: str = ""
    pictures: FileSpec | None = None
    metrics: dict[str, Any] = msgspec.field(default_factory=dict)
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)
    parent: str = ""
    note: str = ""
    added: str = ""
    by: str = ""

    def __post_init__(self) -> None:
        require(
            self.schema_version == SCHEMA_VERSION,
            f"schema_version must be {SCHEMA_VERSION}, got {self.schema_version}",
        )

    @property
    def blobs(self) -> dict[str, FileSpec]:
        """Every file by its path in the bundle, the manifest among them."""
        return {"manifest.json": self.manifest, **self.files}

    @property
    def kept(self) -> dict[str, FileSpec]:
        """Every file of the registry that is this model's: the bundle's, and the list beside it."""
        listed = {} if self.pictures is None else {_LIST: self.pictures}
        return {**self.blobs, **listed}

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.bytes for file in self.blobs.values())


def check_name(name: str, what: str) -> str:
    """Refuses a name that could not be a file's everywhere.

    Raises:
        RegistryError: It is none.
    """
    if _NAME.fullmatch(name) is None:
        raise RegistryError(
            f"{what} {name!r} must be 1 to 100 of a-z, 0-9, dot, dash and underscore, and begin "
            "with a letter or digit"
        )
    return name


def parse_record(content: bytes, where: str) -> ModelRecord:
    """Reads a record.

    Raises:
        RegistryError: It is none, or a newer release wrote it.
    """
    try:
        document = msgspec.json.decode(content)
        version = document.get("schema_version") if isinstance(document, dict) else None
        if isinstance(version, int | float) and version > SCHEMA_VERSION:
            raise RegistryError(
                f"{where} has schema_version {version}, this release reads {SCHEMA_VERSION}: "
                "upgrade dcf-detect to use this registry"
            )
        return msgspec.convert(fold(document, ModelRecord), ModelRecord)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise RegistryError(f"{where} is not usable: {error}") from error


def format_record(record: ModelRecord) -> bytes:
    """Writes a record as ``parse_record`` reads it: indented JSON with a final newline."""
    return msgspec.json.format(msgspec.json.encode(record.values()), indent=2) + b"\n"
