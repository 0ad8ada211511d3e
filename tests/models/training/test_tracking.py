"""A run as a real tracking server has it; and servers that are away."""

import sys

import pytest

from models.training.run_folder import DataNote, RunFolder, RunNote
from models.training.tracking import track

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
