"""One retrained model before the gate, and many."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.gating.retrained import Population
from models.evaluation.resampling import Judged, OneSided, paired_draws
from models.registry.gate.rules import Rules
from models.registry.gate.verdict import Bound, Compared, Side, judge

_SIDE = Side(
    name="", digest="", precision={}, calibration=0.0, latency_ms=1.0, memory=1, size=1
)  # fmt: skip
_JUDGED = ("overall", "classes", "golden")


@dataclass(frozen=True, slots=True)
class Trials:
    """What became of many.

    Attributes:
        passed: Share that passed.
        refused: Share that each rule refused.
        mean: Mean difference of mAP, in points.
        spread: Its standard deviation.
        lost: Mean share of the golden pictures that were lost.
    """

    passed: float
    refused: dict[str, float]
    mean: float
    spread: float
    lost: float


@dataclass(frozen=True, slots=True)
class Setting:
    """How a trial is done.

    Attributes:
        pictures: How many there are to be judged by.
        copies: Answers of the populations to each picture.
        rules: Those of the gate.
        samples: Draws of the bootstrap.
    """

    pictures: int
    copies: int
    rules: Rules
    samples: int


def run_trials(  # pylint: disable=too-many-arguments,too-many-positional-arguments # one a choice
    candidates: Population,
    serving: Population,
    setting: Setting,
    count: int,
    seed: int,
    progress: Callable[[int], None] = lambda _done: None,
) -> Trials:
    """Judges so many retrained models; each by pictures and answers drawn for it alone."""
    random = np.random.default_rng(seed)
    ours, theirs = ([_Grouped(each) for each in side.judged] for side in (candidates, serving))
    differences, lost, refused, passed = [], [], dict.fromkeys(_JUDGED, 0), 0
    for done in range(count):
        progress(done)
        compared = _compare((candidates, serving), (ours, theirs), setting, random)
        assert compared.overall is not None
        differences.append(compared.overall.difference)
        lost.append(len(compared.golden_lost) / max(compared.golden, 1))
        failed = [each.rule for each in judge(compared, setting.rules) if not each.passed]
        passed += not failed
        for rule in failed:
            refused[rule] += 1
    return Trials(
        passed / count,
        {rule: times / count for rule, times in refused.items()},
        float(np.mean(differences)),
        float(np.std(differences)),
        float(np.mean(lost)),
    )


class _Grouped:
    """A class's detections by picture, so that those of any pictures are found at once."""

    def __init__(self, judged: Judged) -> None:
        self._judged = judged
        self._order = np.argsort(judged.pictures, kind="stable")
        counts = np.bincount(judged.pictures, minlength=len(judged.objects))
        self._starts = np.concatenate([[0], np.cumsum(counts)])

    def of(self, drawn: npt.NDArray[np.intp]) -> Judged:
        """The class in the pictures drawn, repeats allowed."""
        counts = self._starts[drawn + 1] - self._starts[drawn]
        before = np.cumsum(counts) - counts
        places = np.arange(counts.sum()) + np.repeat(self._starts[drawn] - before, counts)
        # The place in the whole is the rank by confidence.
        ranks, pictures = self._order[places], np.repeat(np.arange(len(drawn)), counts)
        by_rank = np.argsort(ranks, kind="stable")
        ranks = ranks[by_rank]
        return Judged(
            pictures[by_rank],
            self._judged.hits[:, ranks],
            self._judged.ignored[:, ranks],
            self._judged.objects[drawn],
        )


def _compare(
    sides: tuple[Population, Population],
    grouped: tuple[Sequence[_Grouped], Sequence[_Grouped]],
    setting: Setting,
    random: np.random.Generator,
) -> Compared:
    whole = len(sides[0].right) // setting.copies
    pictures = random.integers(0, whole, setting.pictures)
    copies = random.permuted(np.tile(np.arange(setting.copies), (setting.pictures, 1)), axis=1)[
        :, :2
    ]  # never the same answer on both sides
    drawn = [copies[:, side] * whole + pictures for side in range(2)]
    ours, theirs = (
        [each.of(at) for each in classes] for classes, at in zip(grouped, drawn, strict=True)
    )
    present = [at for at, each in enumerate(ours) if each.objects.any()]
    ours, theirs = ([side[at] for at in present] for side in (ours, theirs))
    seed = int(random.integers(1 << 31))
    draws = paired_draws(ours, theirs, setting.samples, lambda _more: None, seed)
    rules = setting.rules
    classes = {
        str(at): _bound(draws.of_class(at, rules.classes.confidence), int(each.objects.sum()))
        for at, each in enumerate(ours)
    }
    golden = sides[1].right[drawn[1]]
    lost = golden & ~sides[0].right[drawn[0]]
    return Compared(
        candidate=_SIDE,
        serving=_SIDE,
        overall=_bound(draws.overall(rules.overall.confidence), 0),
        classes=classes,
        golden=int(golden.sum()),
        golden_lost=("",) * int(lost.sum()),
    )


def _bound(bounds: OneSided, objects: int) -> Bound:
    return Bound(difference=bounds.difference, low=bounds.low, high=bounds.high, objects=objects)
