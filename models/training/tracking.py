"""A run told to a tracking server (MLflow); its folder's plain files are there in any case."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from .run_folder import RunFolder

_NOTE = "tracked.json"
_MOST_VALUE = 500
"""Characters of a parameter."""
# Nobody counts uses, and a server that is away costs seconds.
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}  # fmt: skip


class Tracked(msgspec.Struct, frozen=True, kw_only=True):
    """What a server was told of a run.

    Attributes:
        uri: The server.
        run_id: The run's id there.
        rows: Number of rows of figures that it has.
    """

    uri: str
    run_id: str
    rows: int = 0


def track(out: Path, uri: str) -> str:
    """Tells a server what a run's folder says; a run that went on is the same one there.

    Args:
        out: The run's folder.
        uri: The tracking server.

    Returns:
        What went wrong, in one line; empty where nothing did. It never ends a run.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        _tell(RunFolder(out), uri)
    except ImportError:
        return "MLflow is not installed here: run `pip install 'dcf-detect[lifecycle]'`"
    # Whatever a server and its client do, the run is done.
    except Exception as error:  # pylint: disable=broad-exception-caught
        return f"{uri}: {(str(error) or type(error).__name__).splitlines()[0]}"
    return ""


def _tell(folder: RunFolder, uri: str) -> None:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

    note, file = folder.note(), folder.folder / _NOTE
    client = MlflowClient(tracking_uri=uri)
    tracked = msgspec.json.decode(file.read_bytes(), type=Tracked) if file.is_file() else None
    if tracked is None or tracked.uri != uri:
        experiment = client.get_experiment_by_name(note.network)
        experiment_id = (
            experiment.experiment_id if experiment else client.create_experiment(note.network)
        )
        tags = {"data_digest": note.data.sha256, "start": note.start, "commit": note.commit}
        run = client.create_run(experiment_id, run_name=folder.folder.name, tags=tags)
        tracked = Tracked(uri=uri, run_id=run.info.run_id)
        recipe = yaml.safe_load(folder.recipe.read_text(encoding="utf-8"))
        for name, value in _flat("", {**recipe, "seed": note.seed}):
            client.log_param(tracked.run_id, name, str(value)[:_MOST_VALUE])
        file.write_bytes(msgspec.json.encode(tracked))
    rows = folder.read_figures()
    metrics = [
        Metric(name, float(value), 0, int(row.get("epoch", at)))
        for at, row in enumerate(rows[tracked.rows :], tracked.rows)
        for name, value in row.items()
        if isinstance(value, int | float)
    ]
    for at in range(0, len(metrics), 1000):  # the most that a server takes at once
        client.log_batch(tracked.run_id, metrics=metrics[at : at + 1000])
    client.set_terminated(tracked.run_id)
    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(tracked, rows=len(rows))))


def _flat(prefix: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value
