"""A place of Parquet files: ours, or a folder of files that somebody else wrote."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..errors import DataSetError
from ..record import DataSet
from .about import FILE, About, format_about, parse_about
from .batches import Batch
from .columns import check_schema, table_of
from .files import Files
from .libraries import need

_ROWS = 64
"""Rows that are unpacked at a time."""
MOST_GROUP = 2 << 30
"""Bytes that a group of rows may have when it is unpacked; ours have 32 MB."""


class ParquetPlace:
    """``data_set.json`` and ``parts/KEY.parquet``; the first is written last.

    Args:
        url: A folder, or an address with ``://`` of a store that fsspec knows.
    """

    def __init__(self, url: str) -> None:
        self.name = url
        self._files = Files(url)

    def about(self) -> About | None:
        """What is there; None where there is no ``data_set.json``."""
        content = self._files.read(FILE)
        return None if content is None else parse_about(content, f"{self.name}/{FILE}")

    def version(self) -> str:
        """The digest of our rows, or names, sizes and times of somebody else's files."""
        about = self.about()
        return about.rows if about is not None else repr(self._files.named(".parquet"))

    def missing(self, batches: Sequence[Batch], rows: str) -> list[Batch]:
        """The batches whose files are not there."""
        del rows  # a file is named by what is in it
        there = self._files.named(".parquet")
        return [batch for batch in batches if _file(batch.key) not in there]

    def add(self, batch: Batch, data: DataSet, rows: str) -> None:
        """Writes a file."""
        del rows
        self._files.write(_file(batch.key), to_parquet(batch, data))

    def finish(self, about: About) -> None:
        """Writes what the data set is, then removes the files of another one."""
        before = self.about()
        self._files.write(FILE, format_about(about))
        for key in sorted(set(before.parts if before else ()) - set(about.parts)):
            if _file(key) in self._files.named(".parquet"):
                self._files.remove(_file(key))

    def parts(self) -> list[tuple[str, int]]:
        """The files, with the number of their rows.

        Raises:
            DataSetError: There is none, or one is of other columns.
        """
        about = self.about()
        names = list(self._files.named(".parquet")) if about is None else map(_file, about.parts)
        parts = [(name, self._rows(name)) for name in names]
        if not parts and about is None:
            raise DataSetError(f"{self.name} has no data set: no {FILE} and no *.parquet")
        return parts

    def read(self, part: str) -> Iterator[dict[str, Any]]:
        """The rows of a file."""
        with self._opened(part) as file:
            for batch in file.iter_batches(batch_size=_ROWS):
                yield from batch.to_pylist()

    def _rows(self, name: str) -> int:
        with self._opened(name) as file:
            check_schema(file.schema_arrow, f"{self.name}/{name}".rstrip("/"))
            return int(file.metadata.num_rows)

    @contextmanager
    def _opened(self, name: str) -> Iterator[Any]:
        """A file of Parquet, not larger than can be held.

        Raises:
            DataSetError: It is missing, or none.
        """
        where = f"{self.name}/{name}".rstrip("/")
        pq = need("pyarrow.parquet")
        try:
            with self._files.opened(name) as stream, pq.ParquetFile(stream) as file:
                groups = (file.metadata.row_group(at) for at in range(file.metadata.num_row_groups))
                if max((group.total_byte_size for group in groups), default=0) > MOST_GROUP:
                    raise DataSetError(
                        f"{where}: a group of rows has more than {MOST_GROUP >> 30} GB unpacked: "
                        "write it with smaller groups"
                    )
                yield file
        except DataSetError:
            raise
        except FileNotFoundError as error:
            raise DataSetError(f"{where} is missing: push the data set again") from error
        except Exception as error:  # Arrow's, the store's client's, and those of texts
            first = (str(error) or type(error).__name__).splitlines()[0]
            raise DataSetError(f"{where} cannot be read as Parquet: {first}") from error


def to_parquet(batch: Batch, data: DataSet) -> bytes:
    """A batch as a file of Parquet."""
    sink = io.BytesIO()
    need("pyarrow.parquet").write_table(table_of(batch.pictures, data), sink)
    return sink.getvalue()


def _file(key: str) -> str:
    return f"parts/{key}.parquet"
