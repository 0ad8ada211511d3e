"""Looks through a gateway's state folder and says what is missing or damaged; changes nothing."""

import fcntl
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..archive import digest_of_image, is_digest
from ..attachment import attachments_of
from ..errors import ArchiveError, CannotStart
from ..state.damage import damage_of, read_only

_NAMED = """SELECT name, number, json_extract(spec, '$.image'), json_extract(spec, '$.env')
    FROM revisions ORDER BY name, number"""
_BODIES = "SELECT call_id, size, file FROM items WHERE file != '' ORDER BY seq"


@contextmanager
def unused(home: Path) -> Iterator[None]:
    """Keep gateways out of a folder meanwhile; raises `CannotStart` when one is in, or none was."""
    try:
        lock = (home / "lock").open("rb")
    except OSError as fault:
        raise CannotStart(
            f"{home} is no gateway's state folder ({fault.strerror}): name one with --home"
        ) from fault
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise CannotStart(f"{home} is in use by a gateway: stop it first") from fault
        yield


def problems_of(home: Path) -> Iterator[str]:
    """One line for each thing that is missing or damaged."""
    functions, queue = home / "functions.db", home / "queue" / "queue.db"
    for path in (functions, queue):
        try:
            damage = damage_of(path)
            if damage is not None:
                yield f"{path} {damage.reason}"
            elif path.exists():
                yield from _named(home) if path == functions else _bodies(queue)
        except (sqlite3.Error, OSError) as fault:
            yield f"{path} cannot be read ({fault})"
    yield from _archives(home / "archives")


def _named(home: Path) -> Iterator[str]:
    with read_only(home / "functions.db") as base:
        rows = base.execute(_NAMED).fetchall()
    for name, number, image, env in rows:
        wanted = {}
        with suppress(ArchiveError):  # another provider's image
            wanted[digest_of_image(image)] = f"its archive: {image}"
        with suppress(ArchiveError):  # kept by a release that knew no attachments
            for variable, digest in attachments_of(json.loads(env or "{}")).items():
                wanted[digest] = f"the attachment of {variable}: {digest}"
        for digest, what in wanted.items():
            if not (home / "archives" / digest).is_file():
                yield f"revision {number} of function {name} lacks {what}"


def _archives(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*")):
        if not is_digest(path.name):
            continue
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != path.name:
            yield f"{path} is damaged (its sha256 is {found})"


def _bodies(queue: Path) -> Iterator[str]:
    with read_only(queue) as base:
        rows = base.execute(_BODIES).fetchall()
    for call_id, size, name in rows:
        path = queue.parent / "bodies" / name
        found = path.stat().st_size if path.is_file() else None
        if found != size:
            what = "is missing" if found is None else f"has {found} of {size} bytes"
            yield f"{path} {what}: the body of call {call_id}"
