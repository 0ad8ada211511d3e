"""A data set moved to a place, batch by batch: what is there already stays."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from ..digest import digest_of
from ..errors import DataSetError
from ..record import DataSet
from .about import About
from .batches import cut, rows_digest
from .port import Place

Say = Callable[[str], Callable[[int, int], None]]
"""Given what is counted, gives what is called with how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did.

    Attributes:
        digest: Of the data set.
        pictures: Number of pictures it has.
        moved: Number of those that were moved.
    """

    digest: str
    pictures: int
    moved: int


def push(data: DataSet, place: Place, say: Say, *, replace: bool = False) -> Pushed:
    """Pushes a data set; a push that was ended goes on where it was.

    Args:
        data: It.
        place: Where to.
        say: Where progress is told.
        replace: Whether another data set there may be replaced.

    Raises:
        DataSetError: The place cannot be used, or has another data set.
    """
    tell, looked = say("pictures summed up"), 0

    def count(more: int) -> None:
        nonlocal looked
        looked += more
        tell(looked // 2, len(data.pictures))

    digest = digest_of(data, count)
    batches = cut(data, count)
    rows = rows_digest(data, batches)
    there = place.about()
    if there is not None and there.rows != rows and not replace:
        other = "another data set" if there.digest != digest else "these pictures, otherwise named,"
        raise DataSetError(
            f"{place.name} has {other} ({there.pictures:,} pictures, digest "
            f"{there.digest[:12]}...): choose another place, or give --replace"
        )
    missing = place.missing(batches, rows)
    pictures, done = len(data.pictures), len(data.pictures)
    done -= sum(len(batch.pictures) for batch in missing)
    tell = say("pictures moved")
    for batch in missing:
        place.add(batch, data, rows)
        done += len(batch.pictures)
        tell(done, pictures)
    if missing or there is None or there.rows != rows:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        place.finish(
            About(
                digest=digest,
                rows=rows,
                pictures=pictures,
                classes=data.names,
                class_ids=data.class_ids,
                parts=tuple(batch.key for batch in batches),
                pushed=now,
            )
        )
    return Pushed(digest, pictures, sum(len(batch.pictures) for batch in missing))
