"""A bundle as one reproducible tar, named by the SHA-256 of its bytes."""

import hashlib
import io
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from ..ssd.bundle import Bundle
from ..ssd.errors import BundleError
from ..ssd.manifest import FileSpec

_IN_MEMORY = 32 << 20


@dataclass(frozen=True, slots=True)
class Packed:
    """A packed bundle.

    Attributes:
        file: The tar, at its beginning.
        size: Its bytes.
        digest: Their SHA-256.
    """

    file: IO[bytes]
    size: int
    digest: str


@contextmanager
def packed(bundle: Bundle) -> Iterator[Packed]:
    """Packs a bundle: the manifest and the files that it lists, nothing else of the folder.

    Args:
        bundle: A verified one; its files are verified once more while they are packed.

    Yields:
        The tar, which is gone afterwards.

    Raises:
        BundleError: A file was changed meanwhile.
    """
    manifest = (bundle.path / "manifest.json").read_bytes()
    specs = {"manifest.json": FileSpec(sha256=bundle.digest, bytes=len(manifest))}
    specs |= bundle.manifest.files
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name in sorted(specs):
                _add(tar, bundle, name, specs[name])
        size = file.tell()
        file.seek(0)
        digest = hashlib.sha256()
        while piece := file.read(1 << 20):
            digest.update(piece)
        file.seek(0)
        yield Packed(file, size, digest.hexdigest())


def _add(tar: tarfile.TarFile, bundle: Bundle, name: str, spec: FileSpec) -> None:
    content = (bundle.path / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != spec.sha256:
        raise BundleError(f"{name} was changed while it was packed: try again")
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(content), 0o644, 0
    tar.addfile(member, io.BytesIO(content))
