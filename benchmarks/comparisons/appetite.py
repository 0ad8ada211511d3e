"""Searches for bodies that take more processor time or memory than a body may: climbs, from a seed.

Each kind of body is made from a few numbers. One is changed at a time, and the change kept where
the body comes nearer to a bar; every few steps the search begins anew elsewhere.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bodies.costly import RANGES, make
from benchmarks.harness.accounting import MEGABYTE
from benchmarks.harness.bars import Finding, Row, at_most
from benchmarks.harness.environment import scratch
from benchmarks.harness.plan import Plan
from benchmarks.harness.worker import Worker

SEED = 20_261_127
SMALL = 100_000
_ROUND = 12
# Seconds and megabytes: of a small body, of any body.
BARS = {True: (1.0, 100.0), False: (5.0, 300.0)}


@dataclass(frozen=True)
class Trial:
    """What one body took.

    Attributes:
        kind: Of the body.
        genes: What it was made from.
        size: Its bytes.
        seconds: Processor seconds.
        megabytes: The most memory on top.
        answer: What was answered.
    """

    kind: str
    genes: dict[str, int]
    size: int
    seconds: float
    megabytes: float
    answer: str

    @property
    def small(self) -> bool:
        """Whether the narrow bars hold for it."""
        return self.size <= SMALL

    @property
    def score(self) -> float:
        """How near it comes to its bars; 1 is there."""
        seconds, megabytes = BARS[self.small]
        return max(self.seconds / seconds, self.megabytes / megabytes)


class Scales:
    """What weighs bodies: a worker that has each answered in a child of its own.

    Args:
        worker: ``benchmarks.workers.appetite``.
        folder: For the body under way.
    """

    def __init__(self, worker: Worker, folder: Path) -> None:
        self._worker, self._file = worker, folder / "body"

    def weigh(self, kind: str, genes: dict[str, int]) -> Trial:
        """Makes a body and has it answered."""
        body = make(kind, genes)
        self._file.write_bytes(body)
        seconds, memory, answer = self._worker.ask({"body": str(self._file)})
        return Trial(kind, genes, len(body), seconds, memory / MEGABYTE, answer)


@contextmanager
def scales(plan: Plan) -> Iterator[Scales]:
    """Scales for as long as the block lasts."""
    with scratch() as folder, Worker(plan.python, ["benchmarks.workers.appetite"]) as worker:
        yield Scales(worker, Path(folder))


def measure(plan: Plan) -> Finding:
    """Climbs for each kind in turn."""
    chance = random.Random(SEED)
    trials: list[Trial] = []
    with scales(plan) as weighing:
        for kind in RANGES:
            trials += climb(weighing, chance, kind, max(_ROUND, plan.many // 160))
    return finding(trials)


def climb(weighing: Scales, chance: random.Random, kind: str, steps: int) -> list[Trial]:
    """Looks for the worst body of a kind in so many steps; all that were weighed."""
    trials: list[Trial] = []
    best: Trial | None = None
    for step in range(steps):
        if step % _ROUND == 0:
            best = None
        genes = _changed(chance, kind, best.genes) if best else _born(chance, kind)
        trial = weighing.weigh(kind, genes)
        trials.append(trial)
        if best is None or trial.score >= best.score:
            best = trial
    return trials


def _born(chance: random.Random, kind: str) -> dict[str, int]:
    """Genes at random, small ones as likely as large ones."""
    return {name: _gene(chance, most) for name, most in RANGES[kind].items()}


def _gene(chance: random.Random, most: int) -> int:
    return min(most, int((most + 1) ** chance.random()) - (chance.random() < 0.5))


def _changed(chance: random.Random, kind: str, genes: dict[str, int]) -> dict[str, int]:
    """The genes with one other number: elsewhere, or a step up or down."""
    name = chance.choice([*RANGES[kind]])
    most = RANGES[kind][name]
    step = chance.choice((0.5, 0.9, 1.1, 2.0, 0.0))
    value = _gene(chance, most) if step == 0 else round(genes[name] * step)
    return {**genes, name: max(0, min(most, value))}


def finding(trials: list[Trial]) -> Finding:
    """The worst of all trials against the bars."""
    rows: list[Row] = []
    for small, (seconds, megabytes) in BARS.items():
        some = [trial for trial in trials if trial.small is small]
        whose = f"worst of {len(some)} bodies " + ("up to 100 kB" if small else "over 100 kB")
        if not some:
            continue
        slow = max(some, key=lambda trial: trial.seconds)
        large = max(some, key=lambda trial: trial.megabytes)
        rows.append(Row(f"{whose}: time", slow.seconds, "s", at_most(seconds), _note(slow)))
        rows.append(
            Row(f"{whose}: memory", large.megabytes, "MB", at_most(megabytes), _note(large))
        )
    worst = sorted(trials, key=lambda trial: trial.score, reverse=True)[:20]
    return Finding(tuple(rows), {"seed": SEED, "worst": [vars(trial) for trial in worst]})


def _note(trial: Trial) -> str:
    genes = ", ".join(f"{name} {value}" for name, value in trial.genes.items())
    return f"{trial.kind}, {trial.size:,} bytes ({genes}): {trial.answer.split(':')[0]}"
