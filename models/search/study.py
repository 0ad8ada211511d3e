"""A study: which trial is next, what became of it, which is the best. Optuna keeps them."""

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import optuna
from optuna.trial import FrozenTrial, Trial, TrialState

from ..file_lock import FileLock
from .errors import BadStudy
from .place import Place
from .proposing import pruner_of, sampler_of, suggest
from .space import values_of
from .storage import open_storage
from .study_folder import StudyFolder, StudyNote

optuna.logging.set_verbosity(optuna.logging.ERROR)  # a line a trial is ours

Fate = Literal["complete", "pruned", "fail"]
_LATENCY = "latency_ms"


@dataclass(frozen=True, slots=True)
class Claim:
    """A trial that this worker has for itself.

    Attributes:
        id: ``EXPERIMENT-TRIAL``.
        number: Optuna's, from 0.
        values: By dotted key.
        lock: Held as long as somebody is at it, the training included.
        resumed: Whether a worker that ended had begun it.
        trial: Optuna's.
    """

    id: str
    number: int
    values: Mapping[str, Any]
    lock: FileLock
    resumed: bool
    trial: Trial


class Study:
    """A study as one worker sees it; each has its own.

    Args:
        place: Where it lies.
        note: What is searched.
    """

    def __init__(self, place: Place, note: StudyNote) -> None:
        self.folder, self.note = StudyFolder(place.folder), note
        self.folder.create()
        with FileLock(self.folder.lock):  # two that make a database at once stumble over its tables
            self._storage = open_storage(place)
            self._study = optuna.create_study(
                storage=self._storage, study_name=note.experiment, direction="maximize",
                pruner=pruner_of(note.plan), load_if_exists=True,
            )  # fmt: skip
            own = values_of(note.plan.base, note.plan.space)
            if own is not None and not self.trials():
                self._study.enqueue_trial(own)  # the recipe as it is comes first

    def trials(self) -> list[FrozenTrial]:
        """Every trial, in order."""
        found: list[FrozenTrial] = self._study.get_trials(deepcopy=False)
        return found

    def claim(self) -> Claim | None:
        """The next trial: one whose worker has ended, else a new one; None where there is none.

        Raises:
            BadStudy: A trial's values are not of this search.
        """
        with FileLock(self.folder.lock):
            trials = self.trials()
            for each in trials:
                if each.state == TrialState.RUNNING:
                    found = self._take(each.number, resumed=True)
                    if found is not None:
                        return found
            begun = sum(each.state != TrialState.WAITING for each in trials)
            if begun >= self.note.trials:
                return None
            self._study.sampler = sampler_of(self.note.plan, begun)
            return self._take(self._study.ask().number, resumed=False)

    def has_learnt(self) -> bool:
        """Whether some trial learns or has learnt: there is data to do that."""
        nothing = {TrialState.FAIL, TrialState.WAITING}
        return any(each.state not in nothing for each in self.trials())

    def under_way(self) -> int:
        """Number of trials that somebody is at."""
        return sum(each.state == TrialState.RUNNING for each in self.trials())

    def report(self, claim: Claim, epoch: int, value: float) -> bool:
        """Notes a figure of a trial that is under way; says whether it is to end."""
        if epoch not in self.trials()[claim.number].intermediate_values:  # else told before a kill
            claim.trial.report(value, epoch)
        return bool(claim.trial.should_prune())

    def constrain(self, claim: Claim, latency_ms: float, limit: float) -> None:
        """Notes a trial's latency: above the limit it cannot be the best."""
        claim.trial.set_user_attr(_LATENCY, latency_ms)
        if _LATENCY not in claim.trial.constraints:  # else noted before a kill
            claim.trial.set_constraint(_LATENCY, latency_ms - limit)

    def finish(self, claim: Claim, fate: Fate, value: float | None = None, why: str = "") -> None:
        """Notes what became of a trial, and gives it back.

        Args:
            claim: The trial.
            fate: What became of it.
            value: Of a complete one.
            why: Of one that failed, in a line.
        """
        if why:
            claim.trial.set_user_attr("reason", why)
        state = TrialState[fate.upper()]
        values = value if state == TrialState.COMPLETE else None
        with FileLock(self.folder.lock):
            self._study.tell(claim.number, values, state=state)
            best = self.best()
            if best is not None:
                self.folder.write_best(best)
        claim.lock.release()

    def best(self) -> dict[str, Any] | None:
        """The best trial, as `best.json` has it; None before one is complete and allowed."""
        try:
            found = self._study.best_trial
        except ValueError:
            return None
        return self.describe(found) | {"run": str(self.folder.run(self.id_of(found.number)))}

    def importance(self) -> dict[str, float]:
        """How much each key mattered, the most first; empty where too few trials are complete."""
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # such as: too few, so all are told to be equal
            try:
                found: dict[str, float] = optuna.importance.get_param_importances(self._study)
            except (ValueError, RuntimeError, UserWarning):
                return {}
        return {key: share for key, share in found.items() if math.isfinite(share)}

    def describe(self, trial: FrozenTrial) -> dict[str, Any]:
        """A trial as people and programs read it."""
        spent = trial.duration.total_seconds() if trial.duration else None
        values = {
            "id": self.id_of(trial.number),
            "experiment": self.note.experiment,
            "trial": trial.number + 1,
            "state": trial.state.name.lower(),
            self.note.plan.objective.maximize: trial.value,
            "seconds": None if spent is None else round(spent, 1),
            "parameters": dict(trial.params),
        }
        return values | {name: trial.user_attrs[name] for name in (_LATENCY, "reason")
                         if name in trial.user_attrs}  # fmt: skip

    def id_of(self, number: int) -> str:
        """The id of a trial: Optuna counts from 0, people from 1."""
        return f"{self.note.experiment}-{number + 1}"

    def _take(self, number: int, *, resumed: bool) -> Claim | None:
        name = self.id_of(number)
        lock = FileLock(self.folder.beside(name, "lock"))
        if not lock.try_take():
            return None
        study = self._storage.get_study_id_from_name(self.note.experiment)
        trial_id = self._storage.get_trial_id_from_study_id_trial_number(study, number)
        trial = Trial(self._study, trial_id)
        try:
            values = {
                key: suggest(trial, key, wanted) for key, wanted in self.note.plan.space.items()
            }
        except (ValueError, KeyError) as error:
            lock.release()
            raise BadStudy(
                f"trial {name} is not of this search: {' '.join(str(error).split())}"
            ) from error
        return Claim(name, number, values, lock, resumed, trial)
