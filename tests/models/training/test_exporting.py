"""What an export needs, and what it refuses; a trained one is in integration/test_learning.py."""

import pytest

pytest.importorskip("keras", reason="the training environment has it: make train-env")

import msgspec

from models.bundling.catalogue import CATALOGUE
from models.bundling.errors import BadIdentity
from models.datasets.record import DataSet
from models.ssd.bundle import open_bundle
from models.training.checkpoint import save_weights
from models.training.errors import BadRun, NothingToLearn
from models.training.exporting import Request, export
from models.training.parts import divide
from models.training.recipe import Recipe
from models.training.run_folder import RunFolder
from models.training.starting import draw_weights
from tests.models.training.conftest import draw_squares
from tests.models.training.test_run_folder import NOTE

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture
def run(tmp_path):
    labels = ("red", "green")
    note = msgspec.structs.replace(NOTE, labels=labels, class_ids=(1, 2))
    folder = RunFolder(tmp_path / "run")
    folder.create(note, "epochs: 1\n", "")
    network = CATALOGUE[note.network].build(2)
    save_weights(folder.best, draw_weights(network, 0))
    return folder


def parts_of(tmp_path, count):
    return divide(DataSet(("red", "green"), (1, 2), draw_squares(tmp_path / "s", count)), 0, 0)


def asked(tmp_path, run, name="squares", precision="float32"):
    return Request(run.folder, tmp_path / "bundle", precision, name, "2.0.0", tmp_path / "cache")


def quiet(_step, _share):
    pass


def test_without_pictures_to_measure_on_a_bundle_has_no_figures(tmp_path, run):
    exported = export(asked(tmp_path, run), parts_of(tmp_path, 4), Recipe(), quiet)
    manifest = open_bundle(tmp_path / "bundle").manifest
    assert exported.manifest == manifest
    assert (manifest.name, manifest.version, manifest.precision) == ("squares", "2.0.0", "float32")
    assert manifest.metrics.values() == {}
    assert manifest.provenance.training.data_sha256 == NOTE.data.sha256
    assert exported.agreement is None


def test_a_name_that_no_bundle_may_have(tmp_path, run):
    with pytest.raises(BadIdentity, match="'my run' is not a model name"):
        export(asked(tmp_path, run, "my run"), parts_of(tmp_path, 4), Recipe(), quiet)
    assert not (tmp_path / "bundle").exists()


def test_too_little_to_calibrate_with(tmp_path, run):
    with pytest.raises(NothingToLearn, match="int8 needs 4 pictures to calibrate with, got 3"):
        export(asked(tmp_path, run, precision="int8"), parts_of(tmp_path, 3), Recipe(), quiet)


def test_a_run_without_weights(tmp_path, run):
    run.best.unlink()
    with pytest.raises(BadRun, match=r"best\.npz does not exist"):
        export(asked(tmp_path, run), parts_of(tmp_path, 4), Recipe(), quiet)
