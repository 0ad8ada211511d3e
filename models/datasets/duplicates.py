"""Pictures that are in a data set twice, or nearly; worst where one is learnt and one judges."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .fingerprint import Bits, Fingerprint
from .record import Annotated

NEAR = 16
"""Bits of 256 that may differ between pictures that are nearly the same. Of 120 photos of COCO no
two differ in fewer than 64; copies at half the size, of JPEG quality 40, or brightened by a tenth
differ in at most 19, and 95 of 100 in at most 14."""
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures of one content.

    Attributes:
        first: One.
        second: The other, later in the data set.
        bits: In how many of 256 bits their patterns differ; 0 where their files are the same.
        same_file: Whether their files are the same, byte for byte.
    """

    first: Annotated
    second: Annotated
    bits: int
    same_file: bool

    @property
    def leak(self) -> bool:
        """Whether they are of two splits: what is learnt from one judges by the other."""
        return self.first.split != self.second.split

    def __str__(self) -> str:
        how = "are the same file" if self.same_file else f"differ in {self.bits} of 256 bits"
        names = (
            f"{each.split}: {each.name}" if each.split else each.name
            for each in (self.first, self.second)
        )
        return f"{' and '.join(names)} {how}"


def find_pairs(
    pictures: Sequence[Annotated],
    prints: Sequence[Fingerprint],
    progress: Callable[[int, int], None],
) -> list[Pair]:
    """Finds pictures of one content: those of the same file first, then those that are near.

    Args:
        pictures: All pictures.
        prints: The fingerprint of each; those that could not be decoded are near to none.
        progress: Called with the number of pictures compared with all later ones, and of all.

    Returns:
        The pairs; a picture of which there are many copies is paired with the first of them.
    """
    groups: dict[bytes, list[int]] = defaultdict(list)
    for at, each in enumerate(prints):
        if each.exact:
            groups[each.exact].append(at)
    pairs = [
        Pair(pictures[copies[0]], pictures[at], 0, same_file=True)
        for copies in groups.values()
        for at in copies[1:]
    ]
    firsts = [copies[0] for copies in groups.values() if not prints[copies[0]].trouble]
    if firsts:
        bits = np.stack([prints[at].near for at in firsts])
        for one, other, apart in _near(bits, progress):
            pairs.append(Pair(pictures[firsts[one]], pictures[firsts[other]], apart, False))
    return pairs


def _near(bits: Bits, progress: Callable[[int, int], None]) -> Iterator[tuple[int, int, int]]:
    """Positions of two that are near, and in how many bits they differ; a block of rows at once."""
    for start in range(0, len(bits), _BLOCK):
        rows = bits[start : start + _BLOCK]
        apart = np.zeros((len(rows), len(bits) - start), np.uint16)
        for word in range(bits.shape[1]):
            apart += np.bitwise_count(rows[:, word, None] ^ bits[None, start:, word])
        ones, others = np.nonzero(apart <= NEAR)
        later = ones < others
        for one, other in zip(ones[later].tolist(), others[later].tolist(), strict=True):
            yield start + one, start + other, int(apart[one, other])
        progress(start + len(rows), len(bits))
