"""Google's two clients of BigQuery, asked so that neither waits for ever."""

import os
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from .libraries import need

REQUEST_S = 60.0
"""For an answer, repeated requests included."""
JOB_S = 600.0
"""For a job that loads or copies."""
STREAM_S = 300.0
"""For the rows of a part."""


class Clients:
    """The client for tables and jobs, and the one that reads rows.

    Args:
        project: Who pays.
        location: Where jobs run; BigQuery's choice when empty.
    """

    def __init__(self, project: str, location: str) -> None:
        google = need("google.cloud.bigquery")
        self._storage = need("google.cloud.bigquery_storage")
        self._project = project
        self._emulated = bool(os.environ.get("BIGQUERY_EMULATOR_HOST"))
        anonymous = need("google.auth.credentials").AnonymousCredentials
        self.rest = google.Client(
            project=project,
            credentials=anonymous() if self._emulated else None,
            location=location or None,
        )
        retry = need("google.cloud.bigquery.retry").DEFAULT_RETRY.with_timeout(REQUEST_S)
        self.patience = {"timeout": REQUEST_S, "retry": retry}

    def schema(self, path: str) -> Any:  # noqa: ANN401 - Arrow's
        """The columns of a table, as Arrow's."""
        return _schema_of(self._session(path, {}))

    def rows(self, path: str, names: list[str], condition: str) -> Iterator[dict[str, Any]]:
        """Rows of a table, as it was when the first is asked for."""
        options = {"selected_fields": names, "row_restriction": condition}
        pa, session = need("pyarrow"), self._session(path, options)
        schema = _schema_of(session)
        for stream in session.streams:
            reader = self._reader.read_rows(stream.name, timeout=STREAM_S, retry=self._retry)
            for message in reader:
                content = pa.py_buffer(message.arrow_record_batch.serialized_record_batch)
                yield from pa.ipc.read_record_batch(content, schema).to_pylist()

    def _session(self, path: str, options: dict[str, Any]) -> Any:  # noqa: ANN401 - Google's
        types = self._storage.types
        wanted = types.ReadSession(
            table=path, data_format=self._storage.DataFormat.ARROW, read_options=options
        )
        return self._reader.create_read_session(
            parent=f"projects/{self._project}", read_session=wanted, max_stream_count=1,
            timeout=REQUEST_S, retry=self._retry,
        )  # fmt: skip

    @cached_property
    def _retry(self) -> Any:  # noqa: ANN401 - Google's
        unavailable = need("google.api_core.exceptions").ServiceUnavailable
        retries = need("google.api_core.retry")
        return retries.Retry(
            predicate=retries.if_exception_type(unavailable), timeout=REQUEST_S, initial=0.2
        )

    @cached_property
    def _reader(self) -> Any:  # noqa: ANN401 - Google's
        if not self._emulated:
            return self._storage.BigQueryReadClient(credentials=None)
        services = need("google.cloud.bigquery_storage_v1.services.big_query_read.transports")
        address = os.environ.get("BIGQUERY_STORAGE_EMULATOR_HOST", "")
        # As Google's own channels have it: a block of rows has some pictures in it.
        options = [("grpc.max_receive_message_length", -1)]
        channel = need("grpc").insecure_channel(address, options)
        transport = services.BigQueryReadGrpcTransport(channel=channel)
        return self._storage.BigQueryReadClient(transport=transport)


def _schema_of(session: Any) -> Any:  # noqa: ANN401 - Google's and Arrow's
    pa = need("pyarrow")
    return pa.ipc.read_schema(pa.py_buffer(session.arrow_schema.serialized_schema))
