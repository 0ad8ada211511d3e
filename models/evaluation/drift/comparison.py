"""Two profiles held against each other, one histogram after the other.

The measure is the population stability index, PSI = sum over bins of (q - p) ln(q / p), with p and
q the bin's shares in both. Its usual reading: below 0.1 nothing moved, above 0.25 much did (N.
Siddiqi, Credit Risk Scorecards, Wiley 2006). It knows nothing of how few counts may be, so that a
second bar is held, too: between two samples of one population, of n and m values, PSI is about
(1/n + 1/m) times a chi-square of B - 1 degrees of freedom, with B bins (B. Yurdakul and J. Naranjo,
Statistical properties of the population stability index, Journal of Risk Model Validation 14(4),
2020). Past both bars a histogram has moved. By chi-square or Kolmogorov and Smirnov alone every
difference is significant once calls are many, however small it is.

Detections of one picture depend on one another: a street has many cars. So n is taken as if all of
a picture were the same, (sum of k) squared over the sum of k squared, with k the detections of each
picture (L. Kish, Survey Sampling, Wiley 1965). Bins are joined until five values are expected in
each (W. G. Cochran, Some methods for strengthening the common chi-square tests, Biometrics 10,
1954).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

from ...ssd.profile import MEASURES, OF_PICTURES, PER_PICTURE, Profile

LIMIT = 0.25
NOTED = 0.1
"""From here on a shift is worth a look, below the limit."""
FALSE_ALARM = 0.01
"""Probability that any of the histograms is past its second bar though nothing changed, at most."""
FEWEST = 30
"""Values below which a histogram is not judged."""
_EXPECTED = 5.0
_SMOOTHING = 0.5
_TESTS = len(MEASURES) + 1
OTHERS = "others"


@dataclass(frozen=True)
class Shift:
    """What became of one histogram.

    Attributes:
        measure: Its name.
        state: ``moved``, ``shifted`` (worth a look), ``same``, or ``few`` (not judged).
        psi: Population stability index; 0 where it was not judged.
        limit: What it had to be past.
        values: How many values the function counted.
        bin: The bin that contributes most.
        before: Its share in the reference, 0..1.
        now: Its share in what the function counted, 0..1.
    """

    measure: str
    state: str
    psi: float
    limit: float
    values: int
    bin: str = ""
    before: float = 0.0
    now: float = 0.0


@dataclass(frozen=True)
class _Bins:
    """Two samples over the same bins, with how many independent values each has at most."""

    names: tuple[str, ...]
    before: tuple[int, ...]
    now: tuple[int, ...]
    sizes: tuple[float, float]

    @property
    def expected(self) -> list[float]:
        """How many values each bin would have in the smaller sample."""
        totals, least = (sum(self.before), sum(self.now)), min(self.sizes)
        return [
            least * (old / totals[0] + new / totals[1]) / 2
            for old, new in zip(self.before, self.now, strict=True)
        ]

    def joined(self, groups: Sequence[Sequence[int]], names: Sequence[str]) -> "_Bins":
        """The same with groups of bins as one."""
        before, now = (
            tuple(sum(counts[at] for at in group) for group in groups)
            for counts in (self.before, self.now)
        )
        return _Bins(tuple(names), before, now, self.sizes)


def compare(reference: Profile, seen: Profile, limit: float = LIMIT) -> list[Shift]:
    """Holds what a function saw against a reference.

    Args:
        reference: What its model was evaluated on.
        seen: What the function counted.
        limit: Population stability index past which a histogram has moved.

    Returns:
        One a histogram, classes first.

    Raises:
        ProfileError: They were counted by another threshold or other tiles.
    """
    reference.combined(seen)  # refuses what cannot be compared
    sizes = (_detections(reference), _detections(seen))
    pictures = (float(reference.pictures), float(seen.pictures))
    names = sorted(set(reference.classes) | set(seen.classes))
    old, new = (tuple(each.classes[name] for name in names) for each in (reference, seen))
    shifts = [_shift("classes", _rare_joined, _Bins(tuple(names), old, new, sizes), limit)]
    for measure in MEASURES:
        before, now = (each.histograms[measure.name].counts for each in (reference, seen))
        independent = pictures if measure.name in OF_PICTURES else sizes
        bins = _Bins(_bin_names(measure.edges), tuple(before), tuple(now), independent)
        shifts.append(_shift(measure.name, _neighbours_joined, bins, limit))
    return shifts


def _detections(profile: Profile) -> float:
    """How many independent detections a profile has at least."""
    counted = profile.histograms[PER_PICTURE]
    ends = (*counted.edges, 2 * counted.edges[-1])
    squares = sum(count * end * end for count, end in zip(counted.counts, ends, strict=True))
    return counted.total * counted.total / squares if squares else 0.0


def _shift(measure: str, join: Callable[[_Bins], _Bins], bins: _Bins, limit: float) -> Shift:
    values = sum(bins.now)
    if min(*bins.sizes, sum(bins.before), values) < FEWEST:
        return Shift(measure, "few", 0.0, limit, values)
    bins = join(bins)
    terms = _terms(bins)
    psi = sum(term for term, _, _ in terms)
    noise = sum(1 / size for size in bins.sizes) * chi_square(
        1 - FALSE_ALARM / _TESTS, len(terms) - 1
    )
    state = "same" if psi < max(NOTED, noise) else "shifted"
    past = max(limit, noise)
    if psi > past:
        state = "moved"
    most = max(range(len(terms)), key=lambda at: terms[at][0])
    _, before, now = terms[most]
    return Shift(measure, state, psi, past, values, bins.names[most], before, now)


def _terms(bins: _Bins) -> list[tuple[float, float, float]]:
    """By bin: what it contributes, and its share in both, none of them quite 0."""
    count = len(bins.names)
    totals = tuple(sum(each) + _SMOOTHING * count for each in (bins.before, bins.now))
    shares = (
        ((old + _SMOOTHING) / totals[0], (new + _SMOOTHING) / totals[1])
        for old, new in zip(bins.before, bins.now, strict=True)
    )
    return [((now - before) * math.log(now / before), before, now) for before, now in shares]


def _neighbours_joined(bins: _Bins) -> _Bins:
    """Bins in order: each takes in the next ones until enough is expected in it."""
    groups: list[list[int]] = [[]]
    held = 0.0
    for at, expected in enumerate(bins.expected):
        groups[-1].append(at)
        held += expected
        if held >= _EXPECTED:
            groups.append([])
            held = 0.0
    rest = groups.pop()
    if groups:
        groups[-1] += rest
    else:
        groups = [rest]
    names = [_joined_name(bins.names[group[0]], bins.names[group[-1]]) for group in groups]
    return bins.joined(groups, names)


def _rare_joined(bins: _Bins) -> _Bins:
    """Classes: the rare ones are one."""
    expected = bins.expected
    often = [at for at, each in enumerate(expected) if each >= _EXPECTED]
    rare = [at for at, each in enumerate(expected) if each < _EXPECTED]
    groups, names = [[at] for at in often], [bins.names[at] for at in often]
    if rare:
        groups, names = [*groups, rare], [*names, OTHERS]
    return bins.joined(groups, names)


def _bin_names(edges: Sequence[float]) -> tuple[str, ...]:
    """Each as its ends, ``low..high``; an end that there is none of is left out."""
    ends = ["", *(f"{edge:g}" for edge in edges), ""]
    return tuple(f"{low}..{high}" for low, high in pairwise(ends))


def _joined_name(first: str, last: str) -> str:
    return f"{first.partition('..')[0]}..{last.partition('..')[2]}"


def chi_square(probability: float, freedom: int) -> float:
    """The value that a chi-square stays below with a probability.

    Wilson and Hilferty's approximation (PNAS 17, 1931), here within 4 % of the exact one.

    Args:
        probability: Above 0.5, below 1.
        freedom: Degrees of freedom; with 0 there is nothing that could differ.
    """
    if freedom == 0:
        return 0.0
    part = 2 / (9 * freedom)
    return freedom * (1 - part + NormalDist().inv_cdf(probability) * math.sqrt(part)) ** 3
