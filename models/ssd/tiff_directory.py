"""Directories of a TIFF, read without decoding: whole numbers by tag.

TIFF 6.0, section 2, and BigTIFF. What lies outside the file is left out, as readers do.
"""

import contextlib
import struct
from collections.abc import Iterator, Mapping

import msgspec

from .limits import TIFF_TAGS, TIFF_VALUES
from .refusal import refuse_more

# Bytes and letter of the types that hold whole numbers; other types are told by their size alone.
_WHOLE = {1: (1, "B"), 3: (2, "H"), 4: (4, "I"), 13: (4, "I"), 16: (8, "Q"), 18: (8, "Q")}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4,
          16: 8, 17: 8, 18: 8}  # fmt: skip
# Kept as one piece of bytes, however long: byte, text, undefined.
_PIECES = {1, 2, 6, 7}
# Pages that are looked at for one that is no thumbnail.
_PAGES = 32


class Directory(msgspec.Struct, frozen=True):
    """One page of a TIFF.

    Attributes:
        place: Where it stands in the file.
        tags: Whole numbers of its tags.
        following: Where the next one stands; 0 after the last.
    """

    place: int
    tags: Mapping[int, tuple[int, ...]]
    following: int

    def first(self, tag: int, missing: int = 0) -> int:
        """The first number of a tag."""
        values = self.tags.get(tag)
        return values[0] if values else missing

    def all(self, tag: int) -> tuple[int, ...]:
        """All numbers of a tag; none where it is missing."""
        return self.tags.get(tag, ())


class TiffFile:
    """Reads the directories of a TIFF; one object counts what all of them hold.

    Attributes:
        order: ``<`` or ``>``: how it writes numbers.
        big: Whether it is a BigTIFF.
    """

    def __init__(self, encoded: bytes) -> None:
        self._encoded = encoded
        self._values = 0
        self.order = "<" if encoded[:2] == b"II" else ">"
        self.big = encoded[2:3] == b"+" or encoded[3:4] == b"+"
        self._word, self._place, self._head = ("Q", 8, "HHQ") if self.big else ("I", 4, "HHI")

    def pages(self) -> Iterator[Directory]:
        """The chain of directories, one by one, each once.

        Raises:
            TooCostly: They have more tags or values than allowed.
        """
        seen: set[int] = set()
        # Where none can be read, a reader finds no further one either.
        with contextlib.suppress(struct.error, OverflowError):
            place = self._number(8 if self.big else 4)
            while place and place not in seen and len(seen) < _PAGES:
                seen.add(place)
                page = self.directory(place)
                yield page
                place = page.following

    def directory(self, place: int) -> Directory:
        """Reads one directory.

        Raises:
            struct.error, OverflowError: There is none.
            TooCostly: It has more tags or values than allowed.
        """
        entries = struct.unpack_from(self.order + ("Q" if self.big else "H"), self._encoded, place)
        refuse_more(TIFF_TAGS, entries[0])
        start, step = place + (8 if self.big else 2), 4 + 2 * self._place
        end = start + entries[0] * step
        found: dict[int, tuple[int, ...]] = {}
        for each in range(start, end, step):
            tag, values = self._entry(each)
            if values:
                found[tag] = values
        following = self._number(end) if end + self._place <= len(self._encoded) else 0
        return Directory(place, found, following)

    def started_at(self, place: int) -> bytes:
        """The same file, but with that directory as its first: what readers answer by."""
        at = 8 if self.big else 4
        moved = struct.pack(self.order + self._word, place)
        return self._encoded[:at] + moved + self._encoded[at + self._place :]

    def _entry(self, place: int) -> tuple[int, tuple[int, ...]]:
        tag, kind, count = struct.unpack_from(self.order + self._head, self._encoded, place)
        start, size = place + 4 + self._place, _SIZES.get(kind, 1) * count
        if size > self._place:
            start = self._number(start)
        if start + size > len(self._encoded):
            return tag, ()  # a reader leaves it out or gives up
        self._values += 0 if kind in _PIECES else count
        refuse_more(TIFF_VALUES, self._values)
        if kind not in _WHOLE or (kind == 1 and count > 4):
            return tag, ()
        letters = f"{self.order}{count}{_WHOLE[kind][1]}"
        return tag, struct.unpack_from(letters, self._encoded, start)

    def _number(self, place: int) -> int:
        number: int = struct.unpack_from(self.order + self._word, self._encoded, place)[0]
        return number
