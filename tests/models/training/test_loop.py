"""The loop on a small network: what it keeps, how it ends, and that it goes on exactly."""

import io
import json
import os
import signal
import threading

import numpy as np
import pytest

pytest.importorskip("keras", reason="the training environment has it: make train-env")

from models.evaluation.precision import Precision
from models.training.augmentation import Augmentation
from models.training.checkpoint import load_checkpoint, load_weights
from models.training.detection import Detection
from models.training.errors import BadRun, NotFinite
from models.training.events import Events
from models.training.loader import Loader, Preparer
from models.training.loop import Loop
from models.training.matching import Matcher
from models.training.recipe import AugmentationRecipe, OptimizerRecipe, RateRecipe, Recipe
from models.training.run_folder import RunFolder
from models.training.starting import draw_weights
from models.training.stopping import Stop
from models.training.watch import Watch
from tests.models.training.conftest import small_network

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

RECIPE = Recipe(
    epochs=3, batch=4, rate=RateRecipe(peak=3e-3), optimizer=OptimizerRecipe(average=0.5)
)


class Trial:
    """One loop, with what it needs, and every loss it had."""

    def __init__(self, folder, pictures, recipe=RECIPE, measure=None, network=None):
        folder.mkdir(exist_ok=True)
        network = network or small_network()
        self.network = network
        self.folder, self.losses = RunFolder(folder), []
        self.model = Detection(network, draw_weights(network, 0), recipe.loss)
        learn = self.model.learn

        def noted(batch, rate):
            figures = learn(batch, rate)
            self.losses.append(figures["loss"])
            return figures

        self.model.learn = noted
        augmentation = Augmentation(recipe.augmentation, network.input_size, (127.0,) * 3)
        preparer = Preparer(pictures, augmentation, Matcher(network), recipe.seed)
        self.loader = Loader(preparer, recipe.batch, workers=2)
        self.loop = Loop(self.folder, recipe, self.model, self.loader, measure)
        self.seen = io.StringIO()

    def run(self, stop=None, resume=False):
        try:
            if resume:
                self.loop.resume()
            watch = Watch(self.seen, self.loop.course(), self.loop.state.done)
            stop = stop or Stop()
            stop.losses = self.losses
            with stop.listening(), Events(self.folder.events) as events:
                return self.loop.run(stop, watch, events)
        finally:
            self.loader.close()


class StopAfter(Stop):
    """Ends after a number of steps, as a signal would."""

    def __init__(self, steps, late=False):
        super().__init__()
        self.steps, self._late, self.losses = steps, late, []

    @property
    def asked(self):
        over = len(self.losses) >= self.steps
        if over and not self._late:
            self.signal = signal.SIGTERM
        return over


def rising(*scores):
    left = list(scores)
    return lambda _model: Precision(left.pop(0), 50.0, 25.0)


def test_it_learns_and_keeps_what_it_had(tmp_path, squares):
    trial = Trial(tmp_path / "run", squares, measure=rising(10.0, 30.0, 20.0))
    ended = trial.run()
    assert (ended.why, ended.signal) == ("done", None)
    assert (ended.state.epoch, ended.state.done) == (3, 9)
    assert (ended.state.best, ended.state.best_epoch) == (0.3, 2)
    rows = trial.folder.read_figures()
    assert [row["mAP"] for row in rows] == [0.1, 0.3, 0.2]
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    said = trial.seen.getvalue()
    assert "epoch 2 done" in said
    assert "(best)" in said.splitlines()[-2]
    assert "(best)" not in said.splitlines()[-1]
    best = load_weights(trial.folder.best, trial.network)
    last, _, state = load_checkpoint(trial.folder.checkpoint, trial.network)
    assert state.epoch == 3
    assert (best["body"].kernel != last["body"].kernel).any()
    assert list(trial.folder.events.iterdir())


def test_the_loss_falls(tmp_path, squares):
    still = AugmentationRecipe(colors=0, expand=0, crop=0, flip=0)
    trial = Trial(tmp_path / "run", squares, Recipe(epochs=40, batch=6, augmentation=still))
    trial.run()
    assert np.mean(trial.losses[-4:]) < 0.7 * np.mean(trial.losses[:4])


def test_going_on_is_as_if_it_had_never_ended(tmp_path, squares):
    whole = Trial(tmp_path / "whole", squares)
    whole.run()
    # In the middle of an epoch, at the end of one, and before the last step.
    for steps in (2, 3, 8):
        folder = tmp_path / f"parts{steps}"
        first = Trial(folder, squares)
        ended = first.run(StopAfter(steps))
        assert (ended.why, ended.signal) == ("interrupted", signal.SIGTERM)
        assert len(first.losses) == steps
        assert first.folder.best.is_file()
        second = Trial(folder, squares)
        second.run(resume=True)
        assert first.losses + second.losses == whole.losses
        assert (
            second.model.weights_now()["body"].kernel == whole.model.weights_now()["body"].kernel
        ).all()


def test_heads_first_goes_on_at_the_border_too(tmp_path, squares):
    recipe = Recipe(epochs=2, batch=4, heads_first=1)
    whole = Trial(tmp_path / "whole", squares, recipe)
    stem = whole.model.weights_now()["stem"].kernel
    whole.run()
    assert (whole.model.weights_now()["stem"].kernel != stem).any()
    for steps in (1, 3, 4):
        folder = tmp_path / f"parts{steps}"
        first = Trial(folder, squares, recipe)
        first.run(StopAfter(steps))
        assert (first.model.weights_now()["stem"].kernel == stem).all() == (steps <= 3)
        second = Trial(folder, squares, recipe)
        second.run(resume=True)
        assert first.losses + second.losses == whole.losses


def test_twice_the_same_seed_is_twice_the_same_weights(tmp_path, squares):
    kept = []
    for name in ("first", "second"):
        trial = Trial(tmp_path / name, squares)
        trial.run()
        kept.append(trial.folder.best.read_bytes())
    assert kept[0] == kept[1]


def test_it_ends_when_nothing_gets_better(tmp_path, squares):
    recipe = Recipe(epochs=9, batch=12, patience=2)
    trial = Trial(tmp_path / "run", squares, recipe, rising(10.0, 20.0, 20.0, 15.0))
    ended = trial.run()
    assert ended.why == "2 measurements without a better one"
    assert ended.state.epoch == 4
    assert ended.state.best_epoch == 2


def test_time_that_is_over_leaves_measured_weights(tmp_path, squares):
    trial = Trial(tmp_path / "run", squares, measure=rising(12.0))
    ended = trial.run(StopAfter(2, late=True))
    assert (ended.why, ended.signal) == ("time is over", None)
    assert ended.state.done == 2
    assert ended.state.best == 0.12
    assert trial.folder.best.is_file()


def test_a_signal_ends_it_between_two_steps(tmp_path, squares):
    trial = Trial(tmp_path / "run", squares, Recipe(epochs=500, batch=12))
    learn, reached = trial.model.learn, threading.Event()

    def told(batch, rate):
        if len(trial.losses) == 2 and not reached.is_set():
            reached.set()
            os.kill(os.getpid(), signal.SIGINT)
        return learn(batch, rate)

    trial.model.learn = told
    ended = trial.run()
    assert ended.signal == signal.SIGINT
    assert len(trial.losses) == 3  # the step under way was finished
    assert load_checkpoint(trial.folder.checkpoint, trial.network)[2].done == 3


def test_a_loss_that_is_no_number_names_the_pictures(tmp_path, squares):
    trial = Trial(tmp_path / "run", squares)
    learn, steps = trial.model.learn, []

    def broken(batch, rate):
        steps.append(batch.names)
        return learn(batch, rate) | ({"loss": float("nan")} if len(steps) == 5 else {})

    trial.model.learn = broken
    with pytest.raises(NotFinite) as failed:
        trial.run()
    assert "the loss is nan at step 2 of epoch 2" in failed.value.message
    assert all(name in failed.value.message for name in steps[-1])
    assert "\n" not in failed.value.message
    # What was kept is of before.
    assert load_checkpoint(trial.folder.checkpoint, trial.network)[2].done == 3


def test_weights_that_overflow_are_never_kept(tmp_path, squares):
    recipe = Recipe(
        epochs=50, batch=4, rate=RateRecipe(peak=10, warm_up=0, shape="constant"),
        optimizer=OptimizerRecipe(kind="sgd", clip=0, momentum=0.99),
    )  # fmt: skip
    trial = Trial(tmp_path / "run", squares, recipe)
    with pytest.raises(NotFinite):
        trial.run()
    if trial.folder.best.exists():
        kept = load_weights(trial.folder.best, trial.network)
        assert all(np.isfinite(each.kernel).all() for each in kept.values())


def test_a_checkpoint_of_another_optimizer_is_refused(tmp_path, squares):
    Trial(tmp_path / "run", squares, Recipe(epochs=1, batch=4)).run(StopAfter(2))
    other = Recipe(epochs=1, batch=4, optimizer=OptimizerRecipe(kind="sgd"))
    with pytest.raises(BadRun, match="another optimizer's state"):
        Trial(tmp_path / "run", squares, other).run(resume=True)


def test_resuming_what_is_done_does_nothing(tmp_path, squares):
    Trial(tmp_path / "run", squares, Recipe(epochs=1, batch=4)).run()
    again = Trial(tmp_path / "run", squares, Recipe(epochs=1, batch=4))
    assert again.run(resume=True).why == "done"
    assert again.losses == []


def test_the_figures_are_lines_of_json(tmp_path, squares):
    trial = Trial(tmp_path / "run", squares, Recipe(epochs=2, batch=4))
    ended = trial.run()
    assert (ended.state.best, ended.state.best_epoch) == (-1.0, 2)  # nothing was measured
    lines = (tmp_path / "run/figures.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [3, 6]
