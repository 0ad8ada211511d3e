"""The loop: epoch by epoch, measured, kept, and left at any step without losing anything."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from ..evaluation.precision import Precision
from .checkpoint import Array, State, load_checkpoint, save_checkpoint, save_weights
from .curve import draw_curve
from .detection import Detection
from .errors import BadRun, NotFinite
from .events import Events
from .loader import Batch, Loader
from .recipe import Recipe, rate_at
from .run_folder import RunFolder
from .stopping import Stop
from .watch import Course, Watch

Measure = Callable[[Detection], Precision]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended.

    Attributes:
        why: In words.
        signal: The signal that ended it; None where none did.
        state: How far it had come.
    """

    why: str
    signal: int | None
    state: State


class Loop:
    """Trains one run, from its start or from its checkpoint.

    Args:
        folder: The run's folder.
        recipe: Its hyper-parameters.
        model: The network with its first weights.
        loader: Prepares batches.
        measure: Measures the network; None where there is nothing to measure on.
    """

    def __init__(
        self,
        folder: RunFolder,
        recipe: Recipe,
        model: Detection,
        loader: Loader,
        measure: Measure | None,
    ) -> None:
        self._folder, self._recipe, self._model = folder, recipe, model
        self._loader, self._measure = loader, measure
        self._steps = [loader.steps(recipe.seed, epoch) for epoch in range(recipe.epochs)]
        self._started = time.monotonic()
        self.state = State()

    def course(self) -> Course:
        """How much there is to do."""
        return Course(self._recipe.epochs, sum(self._steps), self._recipe.batch)

    def resume(self) -> None:
        """Takes up the run's checkpoint.

        Raises:
            BadRun: There is none, or it is not this run's.
        """
        file = self._folder.checkpoint
        weights, optimizer, self.state = load_checkpoint(file, self._model.network)
        self._started -= self.state.seconds
        self._model.take(weights)
        self._prepare()
        if self._begins_stage():
            return  # with a fresh optimizer
        variables = self._model.optimizer.variables
        if [tuple(each.shape) for each in variables] != [each.shape for each in optimizer]:
            raise BadRun(f"{file} has another optimizer's state: was train.yaml changed?")
        for variable, value in zip(variables, optimizer, strict=True):
            variable.assign(value)

    def run(self, stop: Stop, watch: Watch, events: Events) -> Ended:
        """Learns until the end, or until it is stopped.

        Args:
            stop: Asked after every step.
            watch: Told of every step.
            events: Gets the figures.

        Returns:
            How it ended; checkpoint and best weights are written.

        Raises:
            NotFinite: The loss is no number any more; the run's files are those of before.
        """
        state, recipe = self.state, self._recipe
        while state.epoch < recipe.epochs:
            if self._begins_stage():
                self._prepare()
            self._learn(stop, watch, events)
            if state.step < self._steps[state.epoch]:
                break
            state.epoch, state.step = state.epoch + 1, 0
            last = state.epoch == recipe.epochs
            if state.epoch % recipe.measure_every == 0 or last:
                self._judge(watch, events)
            self._save()
            if recipe.patience and state.waited >= recipe.patience:
                return Ended(f"{state.waited} measurements without a better one", None, state)
            if stop.asked:
                break
        if stop.signal is None and state.epoch < recipe.epochs and state.step:
            self._judge(watch, events)
        self._save()
        if stop.signal is not None:
            return Ended("interrupted", stop.signal, state)
        return Ended("done" if state.epoch == recipe.epochs else "time is over", None, state)

    def _begins_stage(self) -> bool:
        """Whether other layers learn from here on, by a fresh optimizer."""
        return self.state.step == 0 and self.state.epoch in {0, self._recipe.heads_first}

    def _prepare(self) -> None:
        heads_only = self.state.epoch < self._recipe.heads_first
        self._model.prepare(self._recipe.optimizer, heads_only=heads_only)

    def _learn(self, stop: Stop, watch: Watch, events: Events) -> None:
        """Steps of the epoch that is under way, until its end or until stopped."""
        state, recipe = self.state, self._recipe
        whole = sum(self._steps)
        for batch in self._loader.batches(recipe.seed, state.epoch, state.step):
            rate = rate_at(recipe.rate, state.done / whole)
            figures = self._model.learn(batch, rate)
            if not math.isfinite(figures["loss"]):
                raise NotFinite(_broken(batch, figures["loss"], state))
            state.step, state.done = state.step + 1, state.done + 1
            self._note(
                events,
                {f"train/{name}": value for name, value in figures.items()} | {"train/rate": rate},
            )
            watch.step(state.epoch, state.done, figures["loss"])
            if stop.asked:
                return

    def _judge(self, watch: Watch, events: Events) -> None:
        """Measures the averaged weights, and keeps them where they are the best so far."""
        state, started = self.state, time.monotonic()
        with self._model.averaged():
            weights = self._model.weights_now()
            measured = None if self._measure is None else self._measure(self._model)
        figures: dict[str, float] = {"loss": round(watch.loss or 0.0, 4)}
        if measured is not None:
            figures |= {
                "mAP": round(measured.mean / 100, 4),
                "AP50": round(measured.at_50 / 100, 4),
                "AP75": round(measured.at_75 / 100, 4),
            }
            self._note(events, {f"val/{name}": figures[name] for name in ("mAP", "AP50", "AP75")})
        # Where nothing is measured, the last weights are the best that are known.
        better = measured is None or figures["mAP"] > state.best
        state.waited = 0 if better else state.waited + 1
        if better:
            state.best, state.best_epoch = figures.get("mAP", state.best), state.epoch
            save_weights(self._folder.best, weights)
        self._folder.add_figures(
            {"epoch": state.epoch, "step": state.done, "seconds": round(self._spent(), 1)} | figures
        )
        draw_curve(self._folder.curve, self._folder.read_figures())
        watch.pause(time.monotonic() - started)
        told = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        watch.say(f"epoch {state.epoch} done, {told}{' (best)' if better else ''}")

    def _save(self) -> None:
        state = self.state
        state.seconds = self._spent()
        variables: list[Array] = [
            np.asarray(keras.ops.convert_to_numpy(each)) for each in self._model.optimizer.variables
        ]
        save_checkpoint(self._folder.checkpoint, self._model.weights_now(), variables, state)
        if not self._folder.best.exists():
            with self._model.averaged():
                save_weights(self._folder.best, self._model.weights_now())

    def _spent(self) -> float:
        return time.monotonic() - self._started

    def _note(self, events: Events, figures: dict[str, float]) -> None:
        events.add(self.state.done, time.time(), figures)


def _broken(batch: Batch, loss: float, state: State) -> str:
    return (
        f"the loss is {loss} at step {state.step + 1} of epoch {state.epoch + 1}: look at the "
        "pictures of that batch (`ssd data show`) or lower rate.peak; the run's files are those of "
        f"before; the pictures: {', '.join(batch.names)}"
    )
