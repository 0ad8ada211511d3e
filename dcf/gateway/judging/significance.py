"""How likely a difference at least as large is by chance alone: three exact or ranked tests.

All are one-sided: small where the first does worse.
"""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

_NEGLIGIBLE = 1e-16


def more_often(hits: int, count: int, other_hits: int, other_count: int) -> float:
    """Fisher's exact test of two shares (R. A. Fisher, The Design of Experiments, 1935).

    Args:
        hits: Of the first.
        count: How many there are of it.
        other_hits: Of the second.
        other_count: How many there are of it.
    """
    total, drawn = count + other_count, hits + other_hits
    whole = _choices(total, drawn)
    return _tail(
        math.exp(_choices(count, each) + _choices(other_count, drawn - each) - whole)
        for each in range(hits, min(count, drawn) + 1)
    )


def above_share(hits: int, count: int, share: float) -> float:
    """The exact binomial test of a share against a limit (Clopper and Pearson, 1934)."""
    if not hits or share >= 1:
        return 1.0
    if share <= 0:
        return 0.0
    log, log_other = math.log(share), math.log1p(-share)
    return _tail(
        math.exp(_choices(count, each) + each * log + (count - each) * log_other)
        for each in range(hits, count + 1)
    )


def larger(values: Sequence[float], others: Sequence[float]) -> float:
    """The rank-sum test (Mann and Whitney, 1947), by its normal approximation, with ties."""
    count, other_count = len(values), len(others)
    ordered = sorted(others)
    wins = sum((bisect_left(ordered, each) + bisect_right(ordered, each)) / 2 for each in values)
    total = count + other_count
    ties = sum(each**3 - each for each in Counter((*values, *others)).values())
    spread = count * other_count / 12 * (total + 1 - ties / (total * (total - 1)))
    if spread <= 0:
        return 1.0
    score = (wins - count * other_count / 2 - 0.5) / math.sqrt(spread)
    return math.erfc(score / math.sqrt(2)) / 2


def _choices(count: int, chosen: int) -> float:
    """The logarithm of the number of ways to choose so many; of none, minus infinity."""
    if not 0 <= chosen <= count:
        return -math.inf
    return math.lgamma(count + 1) - math.lgamma(chosen + 1) - math.lgamma(count - chosen + 1)


def _tail(terms: Iterable[float]) -> float:
    """Their sum; they rise to one top and then fall, so that what comes far below it is nothing."""
    found = top = 0.0
    for each in terms:
        found, top = found + each, max(top, each)
        if each < top * _NEGLIGIBLE:
            break
    return min(found, 1.0)
