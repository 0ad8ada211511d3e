"""Names that point at models and can be moved, such as the one that serves."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from .errors import RegistryError, UnknownModel
from .record import check_name
from .stores.port import Store


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """Where a name points.

    Attributes:
        model: Id of the model.
        since: When it was pointed there, RFC 3339 in UTC.
        by: Who did.
    """

    model: str
    since: str = ""
    by: str = ""


class Tags:
    """The tags of a registry.

    Args:
        store: Where it lies.
        clock: Seconds since 1970.
    """

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    def all(self) -> dict[str, Tag]:
        """Every tag, by name."""
        names = (
            entry.name.removeprefix("tags/").removesuffix(".json")
            for entry in self._store.entries("tags")
        )
        found = {name: self.read(name) for name in names}
        return {name: tag for name, tag in found.items() if tag is not None}

    def of(self, model_id: str) -> list[str]:
        """Names of the tags that point at a model."""
        return [name for name, tag in self.all().items() if tag.model == model_id]

    def read(self, name: str) -> Tag | None:
        """Where a tag points; None where there is none of that name.

        Raises:
            RegistryError: It cannot be read.
        """
        content = self._store.read(_file(name))
        try:
            return None if content is None else msgspec.json.decode(content, type=Tag)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise RegistryError(f"{_file(name)} is not usable: {error}") from error

    def point(self, name: str, model_id: str, by: str) -> None:
        """Points a tag at a model, which must be there."""
        tag = Tag(model=model_id, since=timestamp(self._clock()), by=by)
        self._store.replace(_file(name), msgspec.json.encode(tag) + b"\n")

    def remove(self, name: str) -> None:
        """Removes a tag.

        Raises:
            UnknownModel: There is no such tag.
        """
        if self.read(check_name(name, "tag")) is None:
            known = ", ".join(self.all()) or "none"
            raise UnknownModel(f"no tag {name}; there are: {known}")
        self._store.remove(_file(name))


def timestamp(seconds: float) -> str:
    """Seconds since 1970 as RFC 3339 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _file(name: str) -> str:
    return f"tags/{name}.json"
