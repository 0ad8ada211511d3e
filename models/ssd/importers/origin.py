"""Where a checkpoint came from: digests of its files, and those that are known."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..description import SourceFile

UNVERIFIED = "unverified origin"

# Digest as git names a file's content -> what the file is. The original's repository holds it.
_KNOWN = {"1650a2ddbcb51351af4ad70ffe7a879301f5fdfe": "the published ssd_300_vgg.ckpt.zip"}
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Origin:
    """The files that a checkpoint was read from.

    Attributes:
        files: Every file as the person gave it: an archive, or the checkpoint's own files.
    """

    files: tuple[SourceFile, ...]

    @property
    def verdict(self) -> str:
        """What the files are, where that is known, else "unverified origin"."""
        known = [_KNOWN.get(each.git_blob_sha1 or "") for each in self.files]
        return known[0] or UNVERIFIED if len(known) == 1 else UNVERIFIED


def read_origin(paths: Sequence[Path]) -> Origin:
    """Takes the digests of files, a piece at a time."""
    return Origin(tuple(_digest(path) for path in paths))


def _digest(path: Path) -> SourceFile:
    size = path.stat().st_size
    sha256 = hashlib.sha256()
    # Nothing relies on its strength: it is the name under which the file is published.
    sha1 = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            sha256.update(chunk)
            sha1.update(chunk)
    return SourceFile(
        file=path.name,
        bytes=size,
        sha256=sha256.hexdigest(),
        git_blob_sha1=sha1.hexdigest(),
    )
