"""A data set cut into batches that are moved one by one, each known by what is in it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from ..digest import file_digest
from ..record import Annotated, DataSet

MOST_PICTURES = 500
MOST_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures that are moved together.

    Attributes:
        key: SHA-256 of all that their rows say; the same pictures give the same one.
        pictures: Them.
    """

    key: str
    pictures: tuple[Annotated, ...]


def cut(
    data: DataSet,
    progress: Callable[[int], None] | None = None,
    *,
    most_pictures: int = MOST_PICTURES,
    most_bytes: int = MOST_BYTES,
) -> list[Batch]:
    """Cuts a data set, in order of id; the same data set is cut in the same places.

    Args:
        data: It.
        progress: Called with 1 after each picture.
        most_pictures: Of a batch.
        most_bytes: Of a batch's pictures, but for one that is larger alone.
    """
    batches: list[Batch] = []
    chosen: list[Annotated] = []
    size = 0
    for picture in sorted(data.pictures, key=lambda each: each.image_id):
        own = picture.file.stat().st_size
        if chosen and (len(chosen) == most_pictures or size + own > most_bytes):
            batches.append(_batch(chosen, data, progress))
            chosen, size = [], 0
        chosen.append(picture)
        size += own
    if chosen:
        batches.append(_batch(chosen, data, progress))
    return batches


def rows_digest(data: DataSet, batches: list[Batch]) -> str:
    """SHA-256 of all that the rows of a data set say, and of its classes."""
    told = (data.names, data.class_ids, sorted(batch.key for batch in batches))
    return hashlib.sha256(repr(told).encode("utf-8", "surrogateescape")).hexdigest()


def _batch(
    pictures: list[Annotated], data: DataSet, progress: Callable[[int], None] | None
) -> Batch:
    lines = hashlib.sha256()
    for picture in pictures:
        columns = picture.columns.tolist()
        told = (
            picture.image_id, picture.name, picture.size, picture.split, picture.source,
            picture.licence, file_digest(picture.file).hex(), picture.boxes.tolist(),
            [(data.names[each], data.class_ids[each]) for each in columns],
            picture.crowd.tolist(), picture.difficult.tolist(),
        )  # fmt: skip
        lines.update(repr(told).encode("utf-8", "surrogateescape"))
        if progress is not None:
            progress(1)
    return Batch(lines.hexdigest(), tuple(pictures))
