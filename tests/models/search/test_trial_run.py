import json

import pytest
import yaml

from models.search.beginning import Wanted, begin
from tests.models.search.conftest import STANDIN

pytestmark = pytest.mark.lifecycle


@pytest.fixture
def run_trial(begin_study):
    """Runs the first trial of a study; gives what became of it and where it lies."""
    from models.search.study import Study
    from models.search.trial_run import TrialRun

    def run(acts=None, stopping=lambda said: False, **given):
        place, note = begin_study(acts)
        study = Study(place, begin(place, Wanted(**given)) if given else note)
        claim, said = study.claim(), []
        trial = TrialRun(
            study, claim, lambda: stopping(said), said.append, program=STANDIN, threads=3
        )
        return trial, trial.train(), study.folder, said, claim

    return run


def test_a_trial_is_trained_with_its_own_recipe(run_trial, tmp_path):
    _, ended, folder, said, claim = run_trial(validation=tmp_path, max_bad="5%")
    assert (ended.fate, ended.value) == ("complete", 0.8)
    assert said == [f"digits-1: epoch {epoch}, mAP {value:.3f}" for epoch, value in
                    ((1, 0.2667), (2, 0.5333), (3, 0.8))]  # fmt: skip
    recipe = yaml.safe_load((folder.run("digits-1") / "train.yaml").read_text())
    assert recipe["batch"] == claim.values["batch"]
    words = json.loads((folder.run("digits-1") / "run.json").read_text())["words"]
    assert words[words.index("--validation") + 1] == str(tmp_path)
    assert words[words.index("--max-bad") + 1] == "5%"


def test_a_stop_leaves_a_run_that_can_be_gone_on_with(run_trial):
    def told(said):
        return "digits-1: epoch 2/3, 50%, loss 1.000, 7.0 pictures/s, 0:09 left" in said

    trial, ended, folder, said, _ = run_trial({"1": "hold"}, told)
    assert ended.fate == "stopped"
    assert said[-1] == "digits-1: ends after the step it is at"
    assert len(said) == 3  # how far it is, is told once
    assert folder.run("digits-1").joinpath("checkpoint.npz").read_text() == "1"
    trial._stopping = lambda: False
    assert trial.train().value == 0.8


def test_the_latency_is_the_bundles(run_trial):
    trial, _, folder, _, claim = run_trial()
    assert trial.latency("float32") == (2.0 * claim.values["batch"], "")
    assert trial.latency("float32") == (2.0 * claim.values["batch"], "")  # a half one is replaced
    (folder.run("digits-1") / "train.yaml").unlink()
    latency, why = trial.latency("float32")
    assert latency is None
    assert why.startswith("export: FileNotFoundError")


@pytest.mark.parametrize(("workers", "fewest"), [(1, 0), (2, 1), (10_000, 1)])
def test_workers_share_the_processors(workers, fewest):
    from models.search.trial_run import threads_each

    assert threads_each(workers) >= fewest
    assert (threads_each(workers) == 0) == (workers == 1)
