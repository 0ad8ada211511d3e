"""A run told to a tracking server (MLflow); its folder's plain files are there in any case."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from .errors import BadRun
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
    return _told(uri, lambda: _tell(RunFolder(out), uri))


def track_made(out: Path, uri: str, tags: Mapping[str, str], figures: Mapping[str, object]) -> str:
    """Tells a server what was made of a run that it has.

    Args:
        out: The run's folder.
        uri: The tracking server; none but the one that a person names is ever asked.
        tags: Words to write beside the run.
        figures: Figures; what is no number is left out.

    Returns:
        What went wrong, in one line; empty where nothing did.
    """
    return _told(uri, lambda: _tell_made(RunFolder(out), uri, tags, figures))


def _told(uri: str, tell: Callable[[], None]) -> str:
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        tell()
    except ImportError:
        return "MLflow is not installed here: run `pip install 'dcf-detect[lifecycle]'`"
    # Whatever a server and its client do, the work is done.
    except Exception as error:  # pylint: disable=broad-exception-caught
        return f"{uri}: {(str(error) or type(error).__name__).splitlines()[0]}"
    return ""


def _tell_made(
    folder: RunFolder, uri: str, tags: Mapping[str, str], figures: Mapping[str, object]
) -> None:
    from mlflow import MlflowClient

    tracked = _tracked(folder)
    if tracked is None or tracked.uri != uri:
        raise BadRun(f"it was never told of the run {folder.folder}")
    client = MlflowClient(tracking_uri=uri)
    for name, value in tags.items():
        client.set_tag(tracked.run_id, name, value)
    for name, figure in figures.items():
        if isinstance(figure, int | float):
            client.log_metric(tracked.run_id, name, figure)


def _tracked(folder: RunFolder) -> Tracked | None:
    """What a server was told of a run before; None where nothing was."""
    file = folder.folder / _NOTE
    return msgspec.json.decode(file.read_bytes(), type=Tracked) if file.is_file() else None


def _tell(folder: RunFolder, uri: str) -> None:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

    note, file = folder.note(), folder.folder / _NOTE
    client = MlflowClient(tracking_uri=uri)
    tracked = _tracked(folder)
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
