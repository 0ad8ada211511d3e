"""Workers that take trials until a study has all of its own."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from .errors import SearchError
from .place import Place
from .study import Claim, Fate, Study
from .study_folder import StudyNote
from .trial_run import PROGRAM, Ended, TrialRun, threads_each

_LOOKS_S = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search is asked for.

    Attributes:
        place: Where its study lies.
        note: What is searched.
        workers: Trials at a time.
        most_failures: Trials that may fail one after another.
        program: What trains and exports.
    """

    place: Place
    note: StudyNote
    workers: int = 1
    most_failures: int = 5
    program: tuple[str, ...] = PROGRAM


class Search:
    """A search by this process; others may be at the same study.

    Args:
        asked: What is asked for.
        stopping: Whether a person wants it to end.
        tell: Gets lines for a person.
    """

    def __init__(
        self, asked: Asked, stopping: Callable[[], bool], tell: Callable[[str], None]
    ) -> None:
        self._asked, self._stopping, self._tell = asked, stopping, tell
        self._broken = threading.Event()
        self._counting = threading.Lock()
        self._failures = 0

    def run(self) -> None:
        """Searches until the study has its trials, or until it is stopped.

        Raises:
            SearchError: Too many trials failed one after another.
        """
        with ThreadPoolExecutor(self._asked.workers) as pool:
            workers: list[Future[None]] = [
                pool.submit(self._work) for _ in range(self._asked.workers)
            ]
            # The main thread only looks, so that it hears signals.
            while wait(workers, _LOOKS_S).not_done:
                pass
        for each in workers:
            each.result()

    def _work(self) -> None:
        try:
            self._take_all(Study(self._asked.place, self._asked.note))
        except BaseException:
            self._broken.set()  # the other workers end, too
            raise

    def _take_all(self, study: Study) -> None:
        while not self._ending():
            claim = study.claim()
            if claim is not None:
                self._take(study, claim)
            elif study.under_way():
                time.sleep(_LOOKS_S)  # somebody else's: should it end, its trial is taken up
            else:
                return

    def _take(self, study: Study, claim: Claim) -> None:
        told = ", ".join(f"{key} {_short(value)}" for key, value in claim.values.items())
        self._tell(f"{claim.id}: {'goes on with' if claim.resumed else 'tries'} {told}")
        try:
            ended = self._run(study, claim)
            if ended.fate == "stopped":
                return
            fate: Fate = ended.fate  # type: ignore[assignment] # stopped is none
            study.finish(claim, fate, ended.value, ended.why)
        finally:
            claim.lock.release()
        self._count(study, claim, ended)

    def _run(self, study: Study, claim: Claim) -> Ended:
        run = TrialRun(
            study, claim, self._ending, self._tell,
            program=self._asked.program, threads=threads_each(self._asked.workers),
        )  # fmt: skip
        ended = run.train()
        objective = study.note.plan.objective
        if ended.fate == "complete" and objective.latency_ms is not None:
            latency, why = run.latency(objective.precision)
            if latency is None:
                return Ended("fail", why=why) if why else Ended("stopped")
            study.constrain(claim, latency, objective.latency_ms)
        return ended

    def _count(self, study: Study, claim: Claim, ended: Ended) -> None:
        best = study.best()
        name = study.note.plan.objective.maximize
        so_far = f"best so far {best['id']} with {best[name]:.3f}" if best else "none is good yet"
        what = ended.why if ended.fate == "fail" else f"{name} {ended.value or 0:.3f}"
        said = f"{claim.id} {ended.fate}" + (f": {what}" if ended.fate != "pruned" else "")
        self._tell(f"{said}; {so_far}")
        with self._counting:
            self._failures = self._failures + 1 if ended.fate == "fail" else 0
            if self._failures == self._asked.most_failures:  # another's may come after
                self._broken.set()
                raise SearchError(
                    f"{self._failures} trials failed one after another, the last because: "
                    f"{ended.why}; their logs are in {study.folder.trials}"
                )

    def _ending(self) -> bool:
        return self._broken.is_set() or self._stopping()


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
