"""Files of a place that fsspec knows: a folder here, or an object store."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import DataSetError
from ..files import write_whole
from .libraries import missing, need

_OF_S3: dict[str, Any] = {
    "config_kwargs": {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 3}}
}
"""Credentials and endpoint are found as its own client does."""
_CHANGED = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "created")
MOST_BYTES = 64 << 20
"""Of a file that describes others."""


def store_options(url: str) -> dict[str, Any]:
    """What a store is opened with: nothing is remembered of it, and nothing waits for ever."""
    options = _OF_S3 if url.startswith(("s3://", "s3a://")) else {}
    return {"use_listings_cache": False, **options}


class Files:
    """Named files below an address.

    Args:
        url: A folder, or an address with ``://``.

    Raises:
        DataSetError: The kind of store is not known, or not installed.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        fsspec = need("fsspec")
        try:
            self._fs, root = fsspec.core.url_to_fs(url, **store_options(url))
        except ImportError as error:
            raise missing(error) from error
        except ValueError as error:
            raise DataSetError(f"{url} cannot be opened: {error}") from error
        self._root = root.rstrip("/")
        protocols = self._fs.protocol
        self._local = "file" in ((protocols,) if isinstance(protocols, str) else protocols)

    def read(self, name: str) -> bytes | None:
        """A file that is not large; None where there is none."""
        with self._named():
            try:
                if self._fs.size(self._path(name)) > MOST_BYTES:
                    raise DataSetError(f"{self.url}/{name} has more than {MOST_BYTES >> 20} MB")
                content: bytes = self._fs.cat_file(self._path(name))
            except (FileNotFoundError, NotADirectoryError):
                return None
            return content

    def write(self, name: str, content: bytes) -> None:
        """Writes a file that is there as a whole or not at all."""
        with self._named():
            if self._local:
                place = Path(self._path(name))
                place.parent.mkdir(parents=True, exist_ok=True)
                write_whole(place, content)
            else:
                self._fs.pipe_file(self._path(name), content)

    def remove(self, name: str) -> None:
        """Removes a file."""
        with self._named():
            self._fs.rm_file(self._path(name))

    def named(self, ending: str) -> dict[str, str]:
        """Files below the address whose names end so, and what changes when one is changed.

        The address may itself be a file; its name is empty then.
        """
        with self._named():
            try:
                found = self._fs.find(self._root, detail=True)
            except (FileNotFoundError, NotADirectoryError):
                return {}
        return {
            path.removeprefix(self._root).lstrip("/"): _version(about)
            for path, about in sorted(found.items())
            if about["type"] == "file"
            and path.endswith(ending)
            and not path.rpartition("/")[2].startswith(".")
        }

    @contextmanager
    def opened(self, name: str) -> Iterator[Any]:
        """A file, to be read here and there."""
        with self._named():
            stream = self._fs.open(self._path(name), "rb")
        with stream:
            yield stream

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Says which place it was; stores raise errors of many kinds."""
        try:
            yield
        except (DataSetError, FileNotFoundError, NotADirectoryError):
            raise
        except Exception as error:  # each store's client has errors of its own
            first = (str(error) or type(error).__name__).splitlines()[0]
            raise DataSetError(f"{self.url}: {first}") from error


def _version(about: dict[str, Any]) -> str:
    changed = next((str(about[key]) for key in _CHANGED if about.get(key)), "")
    return f"{about['size']} {changed}"
