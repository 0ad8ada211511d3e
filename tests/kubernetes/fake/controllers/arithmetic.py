"""How many pods of which ReplicaSet a Deployment wants next: numbers alone, as in Kubernetes."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Of one ReplicaSet: what is wanted of it, and what is available."""

    wanted: int
    available: int


def fenceposts(strategy, replicas):
    """How many pods may be missing and how many may be too many; not both none."""
    rolling = strategy.get("rollingUpdate", {})
    surge = _share(rolling.get("maxSurge", "25%"), replicas, math.ceil)
    missing = _share(rolling.get("maxUnavailable", "25%"), replicas, math.floor)
    return (missing, surge) if missing or surge else (1, 0)


def _share(value, of, rounded):
    if isinstance(value, str) and value.endswith("%"):
        return rounded(int(value[:-1]) * of / 100)
    return int(value)


def new_size(replicas, surge, new, total):
    """What is wanted of the newest ReplicaSet next, of `total` pods wanted of all of them."""
    if new > replicas:
        return replicas
    room = replicas + surge - total
    return new + max(0, min(room, replicas - new))


def old_sizes(replicas, missing, new, olds):
    """What is wanted of the older ReplicaSets next, the oldest first."""
    least = replicas - missing
    wanted = [each.wanted for each in olds]
    total = sum(wanted) + new.wanted
    spare = total - least - (new.wanted - new.available)
    if spare <= 0:
        return wanted
    for place, old in enumerate(olds):  # what is not available is no loss
        less = min(spare, max(0, old.wanted - old.available))
        wanted[place] -= less
        spare -= less
    spare = sum(each.available for each in olds) + new.available - least
    for place in range(len(olds)):
        less = min(wanted[place], max(0, spare))
        wanted[place] -= less
        spare -= less
    return wanted


def proportional(replicas, surge, sizes):
    """What is wanted of ReplicaSets once a Deployment in the middle of an update was scaled.

    The last one gets what rounding leaves.
    """
    total = sum(sizes)
    wanted = replicas + surge if replicas else 0
    if not total:
        return sizes
    left, result = wanted - total, []
    for size in sizes:
        change = round(size * wanted / total) - size
        change = max(min(change, left), 0) if left > 0 else min(max(change, left), 0)
        left -= change
        result.append(max(0, size + change))
    result[-1] = max(0, result[-1] + left)
    return result
