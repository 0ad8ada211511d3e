"""A data set of a place as a folder in COCO's layout; all of it, or nothing."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...file_lock import FileLock
from ..digest import digest_of
from ..errors import DataSetError
from ..files import write_json
from ..reading import check_rows
from ..record import BadRow, DataSet
from ..tolerance import NONE, USUAL, Tolerance
from ..writing import write_coco
from .about import About
from .port import Place
from .pushing import Say
from .taking import Taken

_TRIALS = 3


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did.

    Attributes:
        digest: Of what is there now.
        pictures: Number of pictures.
        bad: Rows that were set aside.
        version: Of the place, when it was pulled.
    """

    digest: str
    pictures: int
    bad: tuple[BadRow, ...]
    version: str


def pull(place: Place, out: Path, say: Say, tolerance: Tolerance | None = None) -> Pulled:
    """Pulls a data set; a pull that was ended goes on where it was.

    What another push replaces meanwhile is pulled from its beginning again: never half of each.

    Args:
        place: Where it lies.
        out: Folder to write; new or empty.
        say: Where progress is told.
        tolerance: How many rows may be bad; where None, not one of a data set that was pushed, and
            the usual share of a table that somebody else wrote.

    Raises:
        DataSetError: The place or the folder cannot be used, too many rows are bad, or the data set
            is not what its digest says.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataSetError(f"{out} is not empty: choose another --out")
    for _ in range(_TRIALS - 1):
        version = place.version()
        try:
            return _pull(place, version, out, say, tolerance)
        except DataSetError:
            if place.version() == version:
                raise
    return _pull(place, place.version(), out, say, tolerance)


def _pull(place: Place, version: str, out: Path, say: Say, tolerance: Tolerance | None) -> Pulled:
    about = place.about()
    with _scratch(place, version, out) as scratch:
        rows = _take_all(place, scratch, say).as_rows()
        if place.version() != version:
            raise DataSetError(f"{place.name} was replaced while it was pulled: pull again")
        data = _with_classes(check_rows(rows, say("pictures looked at")), about)
        allowed = tolerance or (USUAL if about is None else NONE)
        _stop_at_bad_rows(data, rows.count, allowed, place)
        digest = digest_of(data)
        if about is not None and not data.bad and digest != about.digest:
            raise DataSetError(
                f"{place.name} was changed: its digest is {digest[:12]}..., what was pushed has "
                f"{about.digest[:12]}...; push it again"
            )
        fresh = scratch / "out"
        shutil.rmtree(fresh, ignore_errors=True)
        write_coco(data, fresh, say("pictures written"))
        if out.is_dir():
            out.rmdir()
        fresh.rename(out)
    return Pulled(digest, len(data.pictures), data.bad, version)


def _take_all(place: Place, scratch: Path, say: Say) -> Taken:
    """Takes every part that an earlier pull has not taken."""
    parts = place.parts()
    whole, done, tell = sum(count for _, count in parts), 0, say("pictures moved")
    taken = Taken(scratch / "images")
    for part, count in parts:
        note = scratch / "notes" / f"{hashlib.sha256(part.encode()).hexdigest()}.json"
        if note.is_file():
            told = json.loads(note.read_bytes())
        else:
            told = _take(place, part, taken)
            write_json(note, told)
        taken.rows += told["rows"]
        taken.bad += [BadRow(*each) for each in told["bad"]]
        taken.names |= {row["name"] for row in told["rows"]}
        done += count
        tell(done, whole)
    return taken


def _take(place: Place, part: str, before: Taken) -> dict[str, list[object]]:
    taken = Taken(before.images, names=set(before.names))
    for position, values in enumerate(place.read(part)):
        taken.take(values, f"{place.name}/{part}".rstrip("/") + f": row {position}")
    return {"rows": list(taken.rows), "bad": [[row.where, row.reason] for row in taken.bad]}


def _stop_at_bad_rows(data: DataSet, count: int, tolerance: Tolerance, place: Place) -> None:
    first = f", first {data.bad[0].where}: {data.bad[0].reason}" if data.bad else ""
    if not data.pictures:
        raise DataSetError(f"{place.name} has no picture that can be used{first}")
    if not tolerance.allows(len(data.bad), count):
        raise DataSetError(
            f"{place.name}: {len(data.bad):,} of {count:,} rows are bad, at most {tolerance} may be"
            f"{first} (`ssd data pull --max-bad 100%` lists them all)"
        )


def _with_classes(data: DataSet, about: About | None) -> DataSet:
    """The classes that no object is of, too, where the place tells them."""
    if about is None or not about.classes:
        return data
    known = dict(zip(about.class_ids, about.classes, strict=True))
    names = dict(zip(data.class_ids, data.names, strict=True))
    if not names.items() <= known.items() or sorted(known) != list(about.class_ids):
        return data  # the digest tells whether that is right
    places = np.array([about.class_ids.index(each) for each in data.class_ids], np.intp)
    pictures = tuple(replace(each, columns=places[each.columns]) for each in data.pictures)
    return replace(data, names=about.classes, class_ids=about.class_ids, pictures=pictures)


@contextmanager
def _scratch(place: Place, version: str, out: Path) -> Iterator[Path]:
    """A folder beside the one to write, kept when a pull is ended, and used by one at a time.

    Raises:
        DataSetError: Another process pulls there.
    """
    mark = hashlib.sha256(f"{place.name} {version}".encode()).hexdigest()
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = out.parent / f".{out.name}.pull"
    file = out.parent / f".{out.name}.lock"
    lock = FileLock(file)
    if not lock.try_take():
        raise DataSetError(f"another process pulls to {out}: wait for it")
    with lock:
        if not (scratch / mark).is_file():  # of other rows, or half made
            shutil.rmtree(scratch, ignore_errors=True)
            for folder in ("images", "notes"):
                (scratch / folder).mkdir(parents=True)
            (scratch / mark).touch()
        yield scratch
        shutil.rmtree(scratch)
        file.unlink()
