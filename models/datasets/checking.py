"""From what files say to what can be used: each picture is looked at, each box held against it."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from math import isfinite

import numpy as np

from ..ssd.errors import ImageError
from ..ssd.image import ImageDecoder
from ..ssd.pixels import upright_size
from .errors import unreadable
from .record import Annotated, BadRow
from .rows import ObjectRow, PictureRow

_THREADS = 4
_AHEAD = 256
"""Pictures that are looked at before their turn."""
OUTSIDE_PIXELS = 2
OUTSIDE_SHARE = 0.02
"""A box may reach beyond its picture by the larger of the two, and is cut there: that is rounding.
What reaches further belongs to another picture, or to another size of it."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A picture's size as stored and as turned by EXIF; or why it has none."""

    stored: tuple[int, int] = (0, 0)
    upright: tuple[int, int] = (0, 0)
    reason: str = ""


def check_pictures(
    rows: tuple[PictureRow, ...], progress: Callable[[int], None]
) -> tuple[tuple[Annotated, ...], tuple[BadRow, ...]]:
    """Looks at every picture's header, and at every box.

    Args:
        rows: What the files say.
        progress: Called with 1 after each picture.

    Returns:
        The pictures that can be used, in order of id, with the boxes that can be; and the rest.
    """
    usable: list[Annotated] = []
    bad: list[BadRow] = []
    for row, seen in _all_seen(_numbered(_without_repeats(rows, bad))):
        reason = seen.reason or _size_trouble(row, seen)
        if reason:
            objects = f" (with its {len(row.objects)} objects)" if row.objects else ""
            bad.append(BadRow(row.where, f"{row.name}: {reason}{objects}"))
        else:
            usable.append(_annotated(row, seen.upright, bad))
        progress(1)
    return tuple(usable), tuple(bad)


def _without_repeats(rows: Iterable[PictureRow], bad: list[BadRow]) -> list[PictureRow]:
    first: dict[str, PictureRow] = {}
    for row in rows:
        other = first.setdefault(row.name, row)
        if other is not row:
            bad.append(BadRow(row.where, f"{row.name} is in the data set already: {other.where}"))
    return list(first.values())


def _numbered(rows: list[PictureRow]) -> list[PictureRow]:
    """In order of id; numbered by name where files number none, or several ones alike."""
    taken = Counter(row.image_id for row in rows)
    if None not in taken and len(taken) == len(rows):
        return sorted(rows, key=lambda row: row.image_id or 0)
    return [
        replace(row, image_id=number)
        for number, row in enumerate(sorted(rows, key=lambda row: row.name), 1)
    ]


def _all_seen(rows: list[PictureRow]) -> Iterator[tuple[PictureRow, _Seen]]:
    """Reads headers in a few threads, a bounded number of pictures ahead; keeps the order."""
    decoder = ImageDecoder(None)
    with ThreadPoolExecutor(_THREADS) as pool:
        waiting = iter(rows)
        begun = deque((row, pool.submit(_look, row, decoder)) for row in islice(waiting, _AHEAD))
        try:
            while begun:
                row, future = begun.popleft()
                yield row, future.result()
                for following in islice(waiting, 1):
                    begun.append((following, pool.submit(_look, following, decoder)))
        finally:
            pool.shutdown(cancel_futures=True)


def _look(row: PictureRow, decoder: ImageDecoder) -> _Seen:
    try:
        header = decoder.inspect(row.file.read_bytes()).header
    except (FileNotFoundError, NotADirectoryError):
        return _Seen(reason=f"no such picture, {row.file} is missing")
    except (OSError, ValueError) as error:  # a name may hold what no file's can
        return _Seen(reason=f"cannot be opened: {getattr(error, 'strerror', None) or error}")
    except ImageError as error:
        return _Seen(reason=f"cannot be read: {unreadable(error)}")
    stored = header.height, header.width
    return _Seen(stored, upright_size(*stored, header.orientation))


def _size_trouble(row: PictureRow, seen: _Seen) -> str:
    """Why the boxes may be of another picture; empty where the sizes agree."""
    if row.size is None or row.size == seen.upright:
        return ""
    told = f"{row.size[1]} x {row.size[0]}"
    if seen.stored != seen.upright and row.size == seen.stored:
        return f"annotated as {told}, before its EXIF entry turns it: turn its pixels or its boxes"
    if row.size == seen.upright[::-1]:
        return f"annotated as {told}, height and width are swapped"
    return f"annotated as {told}, but it has {seen.upright[1]} x {seen.upright[0]} pixels"


def _annotated(row: PictureRow, size: tuple[int, int], bad: list[BadRow]) -> Annotated:
    kept: list[ObjectRow] = []
    boxes = []
    for each in row.objects:
        edges, reason = _box(each, size, in_shares=row.in_shares)
        if reason:
            bad.append(BadRow(each.where, f"{row.name}: {reason}"))
        else:
            kept.append(each)
            boxes.append(edges)
    return Annotated(
        image_id=row.image_id or 0,
        name=row.name,
        file=row.file,
        size=size,
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        columns=np.array([each.column for each in kept], np.intp),
        crowd=np.array([each.crowd for each in kept], np.bool_),
        difficult=np.array([each.difficult for each in kept], np.bool_),
        split=row.split,
        source=row.source,
        licence=row.licence,
    )


def _box(
    row: ObjectRow, size: tuple[int, int], *, in_shares: bool
) -> tuple[tuple[float, ...], str]:
    """The box in pixels, cut at the picture's edges; and why it cannot be used."""
    told = row.edges
    if not all(map(isfinite, told)):
        return (), "a box has an edge that is no number"
    limits = (*size, *size)
    edges = [edge * most if in_shares else edge for edge, most in zip(told, limits, strict=True)]
    names = ("ymin", "xmin", "ymax", "xmax")
    shown = ", ".join(f"{name} {edge:g}" for name, edge in zip(names, edges, strict=True))
    if edges[0] > edges[2] or edges[1] > edges[3]:
        return (), f"a box is reversed: {shown}"
    beyond = max(
        max(-edge, edge - most) - max(OUTSIDE_PIXELS, OUTSIDE_SHARE * most)
        for edge, most in zip(edges, limits, strict=True)
    )
    if beyond > 0:
        return (), f"a box reaches outside the picture ({size[1]} x {size[0]}): {shown}"
    cut = np.clip(edges, 0, limits).astype(np.float32).tolist()
    if cut[0] >= cut[2] or cut[1] >= cut[3]:
        return (), f"a box is empty: {shown}"
    return tuple(cut), ""
