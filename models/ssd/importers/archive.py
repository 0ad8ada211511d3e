"""Members of a zip archive, taken out under names and within limits of our own."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .errors import UnreadableModel

_LARGEST = 1024**3
"""Bytes of all members together; a checkpoint of SSD-300 has 105 million."""
_CHUNK = 1024 * 1024
_MAGIC = b"PK\x03\x04"


def is_archive(path: Path) -> bool:
    """Whether a file is meant to be a zip, be it whole or not."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC or path.suffix.lower() == ".zip"


def member_names(path: Path) -> list[str]:
    """Names of the files in an archive.

    Raises:
        UnreadableModel: The archive is damaged.
    """
    with _opened(path) as archive:
        return [info.filename for info in archive.infolist() if not info.is_dir()]


def extract(path: Path, wanted: Mapping[str, Path]) -> None:
    """Writes members to files.

    Args:
        path: The archive.
        wanted: File to write by the member's name.

    Raises:
        UnreadableModel: The archive is damaged, locked, of an unknown kind, or holds too much.
    """
    with _opened(path) as archive:
        total = sum(archive.getinfo(name).file_size for name in wanted)
        if total > _LARGEST:
            raise UnreadableModel(
                f"{path} holds {total} bytes of checkpoint, allowed are {_LARGEST}: "
                "it is no checkpoint of this network"
            )
        for name, file in wanted.items():
            # No more than the length it tells is ever read of a member, whatever it unpacks to.
            with archive.open(name) as member, file.open("wb") as output:
                while chunk := member.read(_CHUNK):
                    output.write(chunk)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    # A damaged archive fails in any of these ways, depending on where.
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError) as error:
        raise UnreadableModel(f"{path} is a damaged zip archive: fetch it again") from error
    # As zipfile tells a password and a way of packing that it does not know.
    except (RuntimeError, NotImplementedError) as error:
        raise UnreadableModel(f"{path} cannot be unpacked: {error}") from error
