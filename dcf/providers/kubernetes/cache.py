"""What objects of one kind are now, as small records: the part of a watch that never waits."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from .api import Json

Record = TypeVar("Record")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change(Generic[Record]):
    """One object is another now.

    Attributes:
        owners: What it belongs to, and what it belonged to: functions, or Services.
        name: The object's.
        before: None where it is new.
        after: None where it is gone.
    """

    owners: frozenset[str]
    name: str
    before: Record | None
    after: Record | None


class Cache(Generic[Record]):
    """Records by object name, and by what they belong to.

    Attributes:
        version: The `resourceVersion` up to which events were seen; empty before the first list.
    """

    def __init__(
        self,
        read: Callable[[Json, Record | None], Record | None],
        owner: Callable[[Record], str],
    ) -> None:
        """Empty.

        Args:
            read: Makes the record of an object, given the one before; None for an object that is
                nobody's.
            owner: What a record belongs to.
        """
        self._read, self._owner = read, owner
        self._records: dict[str, Record] = {}
        self._by_owner: dict[str, dict[str, Record]] = {}
        self.version = ""

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def get(self, name: str) -> Record | None:
        """An object by its name."""
        return self._records.get(name)

    def owners(self) -> Iterable[str]:
        """All that something belongs to."""
        return self._by_owner.keys()

    def of(self, owner: str) -> tuple[Record, ...]:
        """What belongs to it, in no order."""
        return tuple(self._by_owner.get(owner, {}).values())

    def read(self, objects: Iterable[Json]) -> dict[str, Record]:
        """The records of objects, by name."""
        read = ((_name(each), self._record(each)) for each in objects)
        return {name: record for name, record in read if record is not None}

    def listed(self, records: Mapping[str, Record], version: str) -> list[Change[Record]]:
        """These are all there are: what is missing is gone."""
        self.version = version
        gone = [name for name in self._records if name not in records]
        changes = [self._put(name, None) for name in gone]
        changes += [self._put(name, record) for name, record in records.items()]
        return [each for each in changes if each is not None]

    def event(self, event: Json) -> Change[Record] | None:
        """What a watch tells; None where it changes nothing."""
        found = event["object"]
        self.version = found["metadata"]["resourceVersion"]
        if event["type"] not in {"ADDED", "MODIFIED", "DELETED"}:  # a bookmark
            return None
        record = None if event["type"] == "DELETED" else self._record(found)
        return self._put(_name(found), record)

    def _record(self, found: Json) -> Record | None:
        """Its record; what cannot be read is taken for somebody else's."""
        try:
            return self._read(found, self._records.get(_name(found)))
        except (LookupError, TypeError, ValueError, AttributeError):
            _log.exception("%s %s cannot be read", found.get("kind", "object"), _name(found))
            return None

    def _put(self, name: str, after: Record | None) -> Change[Record] | None:
        before = self._records.pop(name, None)
        if before is not None:
            self._forget(self._owner(before), name)
        if after is not None:
            self._records[name] = after
            self._by_owner.setdefault(self._owner(after), {})[name] = after
        if before == after:
            return None
        owners = (self._owner(each) for each in (before, after) if each is not None)
        return Change(frozenset(owners), name, before, after)

    def _forget(self, owner: str, name: str) -> None:
        theirs = self._by_owner[owner]
        del theirs[name]
        if not theirs:
            del self._by_owner[owner]


def _name(found: Json) -> str:
    return str(found["metadata"]["name"])
