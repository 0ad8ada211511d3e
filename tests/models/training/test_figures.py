"""A bundle's figures stand beside those of the network that it was made of."""

import pytest

pytest.importorskip("keras", reason="the training environment has it: make train-env")

from models.bundling.catalogue import CATALOGUE
from models.datasets.record import DataSet
from models.ssd.profile import read_profile
from models.training.exporting import export, read_trained
from models.training.figures import figures_of
from models.training.recipe import Recipe
from tests.models.training.conftest import draw_squares
from tests.models.training.test_exporting import asked, parts_of, quiet, run
from tests.models.training.test_run_folder import NOTE

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
assert run  # the fixture


def test_float32_measures_as_the_network_does(tmp_path, run):
    export(asked(tmp_path, run), parts_of(tmp_path, 4), Recipe(), quiet)
    entry = CATALOGUE[NOTE.network]
    trained = read_trained(run, run.note(), entry)
    data = DataSet(("red", "green"), (1, 2), draw_squares(tmp_path / "measured", 5))
    told = {}
    metrics = figures_of(
        tmp_path / "bundle",
        data,
        trained,
        entry,
        Recipe(),
        lambda step, share: told.update({step: share}),
    )
    assert metrics.images == 5
    assert metrics.mean_precision == pytest.approx(metrics.trained.mean_precision, abs=1e-3)
    assert metrics.trained.framework == "keras"
    assert metrics.trained.latency_ms > 0
    assert metrics.latency_ms >= metrics.inference_ms > 0
    assert told == {"measuring the network": 1.0, "measuring the bundle": 1.0}
    assert read_profile(metrics.profile, "the manifest").pictures == 5
