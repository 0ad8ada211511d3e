"""Reads the headers of a tar that may be hostile: files and folders, nothing else.

`tarfile` takes seconds for one extended header of some kilobytes, makes gigabytes of a sparse
member, and reads some broken maps for ever. What functions are made of needs little of the format:
regular files and folders in ustar, with long names as pax or GNU tar write them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from ...archive import shown
from ...errors import ArchiveError

BLOCK = 512
MAX_HEADER_BYTES = 8192
_FILES, _FOLDER = (b"0", b"\0", b"7"), b"5"
_PAX, _PAX_GLOBAL, _GNU_LONG_NAME, _GNU_LONG_LINK = b"x", b"g", b"L", b"K"
_EXTENDED = (_PAX, _PAX_GLOBAL, _GNU_LONG_NAME, _GNU_LONG_LINK)
_GNU_SPARSE = b"S"


@dataclass(frozen=True)
class Member:
    """A file or folder, by its name as it stands there."""

    name: str
    is_folder: bool
    size: int


def members(tar: IO[bytes]) -> Iterator[Member]:
    """Give each member, the tar standing at its content; who takes it leaves it anywhere.

    Raises:
        ArchiveError: It is no tar, is cut, or has what functions are not made of.
    """
    name = None
    while block := _block(tar):
        kind, size = block[156:157], _number(block[124:136])
        if kind in _EXTENDED:
            content = _extension(tar, size)
            if kind == _PAX:
                name = _pax_path(content) or name
            elif kind == _GNU_LONG_NAME:
                name = _text(content)
            continue
        member = _member(block, name, kind, size)
        name = None
        start = tar.tell()
        yield member
        tar.seek(start + _padded(member.size))
    if name is not None:
        raise ArchiveError(
            "the archive cannot be unpacked: an extended header without its file is at its end"
        )


def _block(tar: IO[bytes]) -> bytes:
    """The next header; nothing at the end."""
    block = tar.read(BLOCK)
    if not block.strip(b"\0") and len(block) in (0, BLOCK):
        return b""
    if len(block) < BLOCK:
        raise ArchiveError("the archive cannot be unpacked: it ends within a header")
    # Old programs summed signed bytes; none that matters does today.
    if _number(block[148:156]) != sum(block) - sum(block[148:156]) + 8 * ord(" "):
        raise ArchiveError(
            "the archive cannot be unpacked: it is no plain tar, but compressed or damaged"
        )
    return block


def _number(field: bytes) -> int:
    digits = field.strip(b" \0")
    if digits and not all(byte in b"01234567" for byte in digits):
        raise ArchiveError(
            "the archive cannot be unpacked: it is no plain tar: a header's number is not octal"
        )
    return int(digits or b"0", 8)


def _padded(size: int) -> int:
    return (size + BLOCK - 1) // BLOCK * BLOCK


def _extension(tar: IO[bytes], size: int) -> bytes:
    if size > MAX_HEADER_BYTES:
        raise ArchiveError(
            f"the archive has an extended header of {size} bytes; at most {MAX_HEADER_BYTES} fit"
        )
    content = tar.read(_padded(size))
    if len(content) < _padded(size):
        raise ArchiveError("the archive cannot be unpacked: it ends within an extended header")
    return content[:size]


def _pax_path(content: bytes) -> str | None:
    """The name in a pax header's records, each `LENGTH KEY=VALUE` and a line's end."""
    path = None
    while content:
        digits, blank, _ = content[:8].partition(b" ")
        length = int(digits) if digits.isdigit() and blank else 0
        key, equals, value = content[len(digits) + 1 : length - 1].partition(b"=")
        if not equals or content[length - 1 : length] != b"\n":
            raise ArchiveError(
                "the archive cannot be unpacked: it is no plain tar: an extended header is wrong"
            )
        if key == b"path":
            path = _text(value)
        elif key.startswith(b"GNU.sparse."):
            raise _refusal(path or "", "a sparse file")
        elif key == b"size":
            raise ArchiveError("the archive has a file whose size stands in an extended header")
        content = content[length:]
    return path


def _member(block: bytes, name: str | None, kind: bytes, size: int) -> Member:
    if name is None:
        name = _text(block[:100])
        if block[257:263] == b"ustar\0" and (prefix := _text(block[345:500])):
            name = f"{prefix}/{name}"
    if kind not in (*_FILES, _FOLDER):
        raise _refusal(name, "a sparse file" if kind == _GNU_SPARSE else "a link or device")
    is_folder = kind == _FOLDER or name.endswith("/")
    return Member(name.rstrip("/"), is_folder, 0 if is_folder else size)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _refusal(name: str, what: str) -> ArchiveError:
    return ArchiveError(f"the archive's {shown(name)} is {what}; only files and folders are taken")
