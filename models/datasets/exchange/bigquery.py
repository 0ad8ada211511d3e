"""A table of BigQuery: a row a picture; loaded aside, and put at its name when it is whole.

Where ``BIGQUERY_EMULATOR_HOST`` is set, nobody is asked for credentials; the Storage Read API is at
``BIGQUERY_STORAGE_EMULATOR_HOST`` (host:port, unencrypted) then.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..errors import DataSetError
from ..record import DataSet
from .about import About, format_about, parse_about
from .batches import Batch
from .bigquery_clients import JOB_S, REQUEST_S, Clients
from .columns import check_schema, fields
from .libraries import need
from .parquet import to_parquet
from .profiles import Profile

_MOST_DESCRIPTION = 16_000
"""Characters; BigQuery takes 16,384."""
_PART = 250
"""Pictures that are read together."""
_FORM = re.compile(r"([a-z0-9.:-]+)/(\w+)/([\w-]+)", re.ASCII)
_KINDS = {
    "int64": "INTEGER", "double": "FLOAT", "string": "STRING", "binary": "BYTES", "bool": "BOOLEAN",
}  # fmt: skip


def open_table(address: str, profile: Profile) -> "BigQueryPlace":
    """Opens a table.

    Args:
        address: ``PROJECT/DATASET/TABLE``.
        profile: What the file of places says besides.

    Raises:
        DataSetError: It is no such address, or there are no credentials.
    """
    found = _FORM.fullmatch(address)
    if found is None:
        raise DataSetError(
            f"bigquery://{address}: it is written bigquery://PROJECT/DATASET/TABLE, of letters, "
            "digits, dashes and underscores"
        )
    return BigQueryPlace(found[1], found[2], found[3], profile)


class BigQueryPlace:
    """A table; what it is stands in its description, a push in a table beside it.

    Args:
        project: Project of the table.
        dataset: Its data set there.
        table: Its name.
        profile: Where data are kept, and who pays.
    """

    def __init__(self, project: str, dataset: str, table: str, profile: Profile) -> None:
        self.name = f"bigquery://{project}/{dataset}/{table}"
        self._id = f"{project}.{dataset}.{table}"
        self._path = f"projects/{project}/datasets/{dataset}/tables/{table}"
        with self._named():
            self._clients = Clients(profile.billing_project or project, profile.location)

    def about(self) -> About | None:
        """What the description says; None where there is no table, or it says something else."""
        table = self._table(self._id)
        description = (table and table.description) or ""
        if not description.startswith("{"):
            return None
        return parse_about(description, self.name)

    def version(self) -> str:
        """The table's own."""
        table = self._table(self._id)
        return "" if table is None else f"{table.etag} {table.num_rows} {table.description}"

    def missing(self, batches: Sequence[Batch], rows: str) -> list[Batch]:
        """The batches whose pictures are not in the table beside it."""
        with self._named():
            self._clients.rest.get_dataset(self._id.rpartition(".")[0], **self._clients.patience)
        about, there = self.about(), set[int | None]()
        if about is not None and about.rows == rows:
            ids = {each.image_id for batch in batches for each in batch.pictures}
            found = self._ids(self._path)
            if len(found) == about.pictures and ids == set(found):
                return []
        if self._table(self._beside(rows)) is not None:
            there = set(self._ids(f"{self._path}{_ending(rows)}"))
        return [
            batch for batch in batches if not {each.image_id for each in batch.pictures} <= there
        ]

    def add(self, batch: Batch, data: DataSet, rows: str) -> None:
        """Loads a batch into the table beside it: all of its rows, or none."""
        google = need("google.cloud.bigquery")
        beside = google.Table(self._beside(rows), schema=_schema())
        beside.clustering_fields = ["image_id"]
        options = google.ParquetOptions()
        options.enable_list_inference = True
        config = google.LoadJobConfig(
            source_format="PARQUET", write_disposition="WRITE_APPEND", schema=_schema(),
            parquet_options=options,
        )  # fmt: skip
        content = io.BytesIO(to_parquet(batch, data))
        with self._named():
            rest = self._clients.rest
            rest.create_table(beside, exists_ok=True, **self._clients.patience)
            job = rest.load_table_from_file(
                content, self._beside(rows), job_config=config, timeout=REQUEST_S
            )
            job.result(timeout=JOB_S)

    def finish(self, about: About) -> None:
        """Puts the rows of the table beside it at its name, and what they are, in one statement.

        Raises:
            DataSetError: Somebody else pushed at the same time.
        """
        beside = self._beside(about.rows)
        pushed = self._table(beside)
        with self._named():
            rest, patience = self._clients.rest, self._clients.patience
            if pushed is None or pushed.num_rows != about.pictures:
                rest.delete_table(beside, not_found_ok=True, **patience)
                raise DataSetError(
                    f"{self.name}: another push of the same data set ran at the same time: "
                    "push again"
                )
            told = _literal(_description(about))
            statement = (  # names alone, of letters, digits, dashes and underscores
                f"CREATE OR REPLACE TABLE `{self._id}` CLUSTER BY image_id "  # noqa: S608
                f"OPTIONS (description = {told}) AS SELECT * FROM `{beside}`"
            )
            rest.query(statement, timeout=REQUEST_S).result(timeout=JOB_S)
            rest.delete_table(beside, not_found_ok=True, **patience)

    def parts(self) -> list[tuple[str, int]]:
        """Ranges of ids, as a condition of BigQuery's, with the number of rows in each.

        Raises:
            DataSetError: There is no table, or it has other columns.
        """
        if self._table(self._id) is None:
            raise DataSetError(f"{self.name} is not there")
        with self._named():
            check_schema(self._clients.schema(self._path), self.name)
        counted = Counter(self._ids(self._path))
        without = counted.pop(None, 0)
        ids = sorted(each for each in counted if each is not None)
        parts = []
        for at in range(0, len(ids), _PART):
            some = ids[at : at + _PART]
            number = sum(counted[each] for each in some)
            parts.append((f"image_id BETWEEN {some[0]} AND {some[-1]}", number))
        return parts + ([("image_id IS NULL", without)] if without else [])

    def read(self, part: str) -> Iterator[dict[str, Any]]:
        """The rows of a range, through the Storage Read API."""
        with self._named():
            schema = self._clients.schema(self._path)
            names = [name for name in fields() if schema.get_field_index(name) >= 0]
            yield from self._clients.rows(self._path, names, part)

    def _ids(self, path: str) -> list[int | None]:
        with self._named():
            return [row["image_id"] for row in self._clients.rows(path, ["image_id"], "")]

    def _table(self, table_id: str) -> Any:  # noqa: ANN401 - Google's
        """A table as BigQuery describes it; None where there is none."""
        missing = need("google.api_core.exceptions").NotFound
        with self._named():
            try:
                return self._clients.rest.get_table(table_id, **self._clients.patience)
            except missing:
                return None

    def _beside(self, rows: str) -> str:
        return f"{self._id}{_ending(rows)}"

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Says which table it was; Google's clients raise errors of many kinds."""
        try:
            yield
        except DataSetError:
            raise
        except Exception as error:  # those of two clients, of their transports and of Arrow
            first = (str(error) or type(error).__name__).splitlines()[0]
            raise DataSetError(f"{self.name}: {first}") from error


def _ending(rows: str) -> str:
    return f"__push_{rows[:16]}"


def _description(about: About) -> str:
    """What fits; classes without objects are lost where there are a thousand names and more."""
    import msgspec

    short = msgspec.structs.replace(about, parts=())
    text = format_about(short).decode()
    if len(text) > _MOST_DESCRIPTION:
        text = format_about(msgspec.structs.replace(short, classes=(), class_ids=())).decode()
    return text


def _literal(text: str) -> str:
    """A text as SQL writes it: what JSON escapes, BigQuery reads in the same way."""
    return json.dumps(text, ensure_ascii=False)


def _schema() -> list[Any]:
    field = need("google.cloud.bigquery").SchemaField
    found = []
    for name, kind in fields().items():
        if isinstance(kind, str):
            found.append(field(name, _KINDS[kind]))
        else:
            parts = [field(inner, _KINDS[each]) for inner, each in kind.items()]
            found.append(field(name, "RECORD", "REPEATED", fields=parts))
    return found
