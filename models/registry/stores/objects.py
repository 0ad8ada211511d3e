"""A registry in an object store that fsspec knows: S3, Google Cloud Storage, Azure, ...

Objects appear whole or not at all there. ``create`` needs a store that refuses to write an object
that is there already (S3: ``If-None-Match``).
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from ...datasets.exchange.files import store_options
from ..errors import RegistryError
from .port import Entry


class ObjectStore:
    """Files of a bucket, below a prefix.

    Args:
        url: Such as ``s3://bucket/models``; credentials and endpoint are found by the store's own
            client.

    Raises:
        RegistryError: fsspec, or what it needs for this kind of store, is not installed.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        try:
            import fsspec

            self._files, self._root = fsspec.core.url_to_fs(url, **store_options(url))
        except (ImportError, ValueError) as error:
            raise RegistryError(
                f"registry {url} cannot be opened: {error} (`pip install 'dcf-detect[registry]'` "
                "brings what s3:// needs)"
            ) from error

    def read(self, name: str) -> bytes | None:
        """The content; None where nothing has that name."""
        with self._named():
            try:
                content: bytes = self._files.cat_file(self._path(name))
            except FileNotFoundError:
                return None
            return content

    def has(self, name: str) -> bool:
        """Whether something has that name."""
        with self._named():
            return bool(self._files.exists(self._path(name)))

    def create(self, name: str, content: bytes) -> bool:
        """Writes a new file; False where the name is taken."""
        with self._named():
            try:
                self._files.pipe_file(self._path(name), content, mode="create")
            except FileExistsError:
                return False
            return True

    def replace(self, name: str, content: bytes) -> None:
        """Writes a file, new or not."""
        with self._named():
            self._files.pipe_file(self._path(name), content)

    def upload(self, name: str, file: Path) -> None:
        """Writes a file from one of this machine, new or not."""
        with self._named():
            self._files.put_file(str(file), self._path(name))

    def remove(self, name: str) -> None:
        """Removes a file; nothing where it is not there."""
        with self._named():
            try:
                self._files.rm_file(self._path(name))
            except FileNotFoundError:
                return

    def entries(self, folder: str) -> Iterator[Entry]:
        """The files below a folder, in order of their names."""
        with self._named():
            try:
                found = self._files.find(self._path(folder), detail=True)
            except FileNotFoundError:
                return
        for path, about in sorted(found.items()):
            if about["type"] == "file":
                name = path.removeprefix(self._root).strip("/")
                yield Entry(name, about["size"], _time_of(about))

    def alone(self) -> AbstractContextManager[None]:
        """Nothing: object stores have no locks; see ``Registry.prune`` for what is done instead."""
        return nullcontext()

    def together(self) -> AbstractContextManager[None]:
        """Nothing, likewise."""
        return nullcontext()

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Says which registry it was; stores raise errors of many kinds."""
        try:
            yield
        except RegistryError:
            raise
        except Exception as error:  # each store's client has errors of its own
            first = (str(error) or type(error).__name__).splitlines()[0]
            raise RegistryError(f"registry {self._url}: {first}") from error


def _time_of(about: dict[str, Any]) -> float:
    """Stores name it differently; one that does not tell has no age, and is never pruned."""
    for key in ("LastModified", "mtime", "updated", "last_modified", "created"):
        value = about.get(key)
        if isinstance(value, datetime):
            return value.timestamp()
        if isinstance(value, int | float):
            return float(value)
    return float("inf")
