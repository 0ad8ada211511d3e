"""Takes out of shared libraries what no loader reads; run by ``install.sh``, after ``trim.py``.

That is the names of local functions, and holes: a library built for pages of 2 MiB may be 2 MiB
of nothing. `strip` does the former, but the libraries of wheels do not survive it: what repairs a
wheel has moved parts behind the names, and `strip` lays out the rest anew. Here all stays as it is,
but that what lies behind a gap moves down by whole pages.
"""

import struct
import sysconfig
from pathlib import Path
from typing import NamedTuple

_PAGE = 4096
# Numbers of elf.h.
_MAGIC = b"\x7fELF\x02\x01"  # 64 bits, little-endian
_PT_LOAD, _SHT_SYMTAB, _SHT_NOBITS = 1, 2, 8
_SECTIONS_AT = 40  # where the file's header tells of the sections


class _Part(NamedTuple):
    """A segment or a section: where its header is, its type, and where that has the offset."""

    at: int
    kind: int
    offset_at: int
    size_at: int


def main() -> None:
    """Does so with every library of the environment."""
    for path in sorted(Path(sysconfig.get_path("purelib")).rglob("*.so*")):
        if path.is_file() and not path.is_symlink():
            squeeze(path)


def squeeze(path: Path) -> bool:
    """Takes out the names of a library and every gap of at least a page.

    Args:
        path: Anything that is no ELF file of 64 bits is left.

    Returns:
        Whether there was anything to take.
    """
    data = bytearray(path.read_bytes())
    if not data.startswith(_MAGIC):
        return False
    _drop_names(data, _parts(data)[1])
    before = len(data)
    while _close_gap(data):
        pass
    if len(data) < before:
        path.write_bytes(data)
    return len(data) < before


def _close_gap(data: bytearray) -> bool:
    """Moves what lies behind the longest gap down, by whole pages."""
    segments, sections = _parts(data)
    start, end = _longest_gap(data, [*segments, *sections])
    moved = (end - start) // _PAGE * _PAGE
    if not moved:
        return False
    for at in [_SECTIONS_AT, *(part.offset_at for part in (*segments, *sections))]:
        if (offset := _number(data, at)) >= end:
            struct.pack_into("<Q", data, at, offset - moved)
    for part in segments:
        if part.kind == _PT_LOAD:  # else offsets would have to keep to larger pages
            struct.pack_into("<Q", data, part.at + 48, _PAGE)
    del data[end - moved : end]
    return True


def _parts(data: bytearray) -> tuple[list[_Part], list[_Part]]:
    """Segments and sections."""
    segments_at, sections_at = struct.unpack_from("<QQ", data, 32)
    segment_size, segments, section_size, sections = struct.unpack_from("<4H", data, 54)
    starts = [segments_at + segment_size * each for each in range(segments)]
    headers = [sections_at + section_size * each for each in range(sections)]
    return (
        [_Part(at, _word(data, at), at + 8, at + 32) for at in starts],
        [_Part(at, _word(data, at + 4), at + 24, at + 32) for at in headers],
    )


def _drop_names(data: bytearray, sections: list[_Part]) -> None:
    """Makes the table of local symbols, and its texts, sections of nothing."""
    titles = struct.unpack_from("<H", data, 62)[0]
    for part in sections:
        if part.kind == _SHT_SYMTAB:
            texts = _word(data, part.at + 40)
            if texts == titles:
                return
            for each in (part, sections[texts]):
                struct.pack_into("<I", data, each.at + 4, 0)
                struct.pack_into("<QQ", data, each.offset_at, 0, 0)


def _longest_gap(data: bytearray, parts: list[_Part]) -> tuple[int, int]:
    """The bytes that nothing tells of."""
    (sections_at,) = struct.unpack_from("<Q", data, _SECTIONS_AT)
    count, size = struct.unpack_from("<H", data, 60)[0], struct.unpack_from("<H", data, 58)[0]
    used = [(sections_at, sections_at + count * size), (len(data), len(data))]
    for part in parts:
        if part.kind != _SHT_NOBITS or part.offset_at == part.at + 8:
            offset = _number(data, part.offset_at)
            used.append((offset, offset + _number(data, part.size_at)))
    longest, reached = (0, 0), 0
    for start, end in sorted(used):
        if start - reached > longest[1] - longest[0]:
            longest = (reached, start)
        reached = max(reached, end)
    return longest


def _number(data: bytearray, at: int) -> int:
    found: int = struct.unpack_from("<Q", data, at)[0]
    return found


def _word(data: bytearray, at: int) -> int:
    found: int = struct.unpack_from("<I", data, at)[0]
    return found


if __name__ == "__main__":
    main()
