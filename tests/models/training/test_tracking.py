"""A run as a real tracking server has it; and servers that are away."""

import json
import sys

import pytest
from click.testing import CliRunner

from models.commands.__main__ import cli
from models.ssd.bundle import DEFAULT_BUNDLE
from models.training.run_folder import DataNote, RunFolder, RunNote
from models.training.tracking import track, track_made

NOTE = RunNote(
    network="ssdlite-mobilenet-v2", anchors="port", labels=("cat",), class_ids=(3,), start="coco",
    license="Apache-2.0", seed=7, deterministic=False, backend="tensorflow", commit="abc",
    versions={}, machine="", data=DataNote(folder="d", sha256="5" * 64, pictures=2, measured=1,
    set_aside=0),
)  # fmt: skip


@pytest.fixture
def run(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.create(NOTE, "epochs: 2\nrate: {start: 0.001, end: 0}\n", "")
    for epoch in (1, 2):
        folder.add_figures({"epoch": epoch, "loss": 1 / epoch, "mAP": 0.1 * epoch})
    return folder


@pytest.mark.lifecycle
def test_a_server_has_what_the_folder_says_and_a_run_that_went_on_once(run, mlflow_address):
    from mlflow import MlflowClient

    assert track(run.folder, mlflow_address) == ""
    run.add_figures({"epoch": 3, "loss": 0.2})
    assert track(run.folder, mlflow_address) == ""
    client = MlflowClient(tracking_uri=mlflow_address)
    experiment = client.get_experiment_by_name("ssdlite-mobilenet-v2")
    (there,) = client.search_runs([experiment.experiment_id])
    assert there.data.params == {"epochs": "2", "rate.start": "0.001", "rate.end": "0", "seed": "7"}
    assert there.data.tags["data_digest"] == "5" * 64
    assert there.info.status == "FINISHED"
    losses = client.get_metric_history(there.info.run_id, "loss")
    assert [(each.step, each.value) for each in losses] == [(1, 1.0), (2, 0.5), (3, 0.2)]


@pytest.mark.lifecycle
def test_what_was_made_of_a_run_stands_beside_it(run, mlflow_address, monkeypatch, tmp_path):
    """The digest of its bundle, its figures, and the id it has in the registry."""
    from mlflow import MlflowClient

    made = {"bundle_int8": "digits 1.0.0, sha256 abc"}
    assert "was never told of the run" in track_made(run.folder, mlflow_address, made, {})
    track(run.folder, mlflow_address)
    assert track_made(run.folder, mlflow_address, made, {"int8/mAP": 0.5, "int8/of": "x"}) == ""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_address)
    monkeypatch.setenv("SSD_REGISTRY", str(tmp_path / "registry"))
    words = ["models", "add", DEFAULT_BUNDLE.name, "--experiment", "digits", "--run", run.folder]
    done = CliRunner().invoke(cli, list(map(str, words)))
    assert done.output.splitlines() == ["digits-1", f"tracked: {mlflow_address}"]
    run_id = json.loads((run.folder / "tracked.json").read_text())["run_id"]
    there = MlflowClient(tracking_uri=mlflow_address).get_run(run_id)
    assert there.data.tags.items() >= (made | {"model_int8": "digits-1"}).items()
    assert there.data.metrics["int8/mAP"] == 0.5
    assert "int8/of" not in there.data.metrics


@pytest.mark.lifecycle
def test_no_server_is_told_but_the_one_that_is_named(run, mlflow_address):
    """A run's folder may come from somebody else, and leads nowhere."""
    (run.folder / "tracked.json").write_text('{"uri": "http://127.0.0.1:9", "run_id": "1"}')
    assert track_made(run.folder, mlflow_address, {"a": "b"}, {}) == (
        f"{mlflow_address}: it was never told of the run {run.folder}"
    )


@pytest.mark.lifecycle
def test_a_server_that_is_away_is_one_line(run):
    said = track(run.folder, "http://127.0.0.1:9")
    assert said.startswith("http://127.0.0.1:9: ")
    assert "\n" not in said
    assert not (run.folder / "tracked.json").exists()


def test_without_mlflow_a_line_says_how_to_get_it(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    assert track(run.folder, "http://127.0.0.1:9") == (
        "MLflow is not installed here: run `pip install 'dcf-detect[lifecycle]'`"
    )
