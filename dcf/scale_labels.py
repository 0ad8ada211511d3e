"""The labels by which a function says how it scales, as OpenFaaS documents them: read and checked.

`com.openfaas.scale.*`; OpenFx' `scale_min` and `scale_max` mean the first two. A function scales by
its load once one of them but `min` and `factor` is there: `min` alone is how many it starts with.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import InvalidRequest
from .rooms import durations

PREFIX = "com.openfaas.scale."
# Of a function: on a cluster, and on one machine, where each is a process with a model of its own.
MAX_REPLICAS, MAX_OF_A_MACHINE = 1000, 32
RPS, CAPACITY, CPU = KINDS = "rps", "capacity", "cpu"
_KEYS = (
    "min", "max", "factor", "type", "target", "target-proportion", "zero", "zero-duration",
    "down.window",
)  # fmt: skip
_ALONE = frozenset({"min", "factor"})
_OPENFX = {"min": "scale_min", "max": "scale_max"}
_MOST, _TARGET, _PROPORTION = 20, 50.0, 0.9
_ZERO_SECONDS, _WINDOW_SECONDS = 900.0, 60.0
_DAY, _LONGEST_WINDOW = 86_400.0, 300.0
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_INSTEAD = {
    "memory": CAPACITY, "queue": f"{CAPACITY}, which "
    "counts queued calls that run",
}  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """How a function scales.

    Attributes:
        least: Replicas, but for a function that may have none.
        most: Replicas.
        kind: What its load is: `rps` (calls a second) or `capacity` (calls in flight).
        target: Load that one replica can carry.
        proportion: Share of the target at which another one is wanted.
        zero: Whether it may have no replica while nobody calls it.
        zero_seconds: Without a call, until it has none.
        window: Seconds that a higher number is kept after it was last wanted.
    """

    least: int = 1
    most: int = _MOST
    kind: str = RPS
    target: float = _TARGET
    proportion: float = _PROPORTION
    zero: bool = False
    zero_seconds: float = _ZERO_SECONDS
    window: float = _WINDOW_SECONDS

    @property
    def span(self) -> str:
        """How many replicas there may be: `0..4`."""
        return f"{0 if self.zero else self.least}..{self.most}"

    def __str__(self) -> str:
        load = "calls in flight" if self.kind == CAPACITY else "calls a second"
        zero = f"; 0 after {self.zero_seconds:g} s without a call" if self.zero else ""
        return f"{self.span} replicas by {load}, {self.target:g} a replica{zero}"


def policy_of(labels: Mapping[str, str], ceiling: int = MAX_REPLICAS) -> Policy | None:
    """Read the labels of a function.

    Args:
        labels: All of them.
        ceiling: How many replicas there may be.

    Returns:
        None for a function that keeps its number of replicas, or has it from somebody else, as
        one has that scales by processor time.

    Raises:
        InvalidRequest: A label is unknown, out of its range, or crosses another.
    """
    given = _given(labels)
    read = _Labels(given)
    least, most = read.whole("min", 1, 0, ceiling), read.whole("max", _MOST, 1, ceiling)
    if least > most and "max" in given:
        raise InvalidRequest(
            f"label {given['min'][0]} is {least}, more than {given['max'][0]}, which is {most}"
        )
    read.whole("factor", 10, 0, 100)
    policy = Policy(
        max(least, 1),
        max(most, least),
        read.kind(),
        read.number("target", _TARGET, 0.01, 1e6),
        read.number("target-proportion", _PROPORTION, 0.01, 1.0),
        read.flag("zero"),
        read.seconds("zero-duration", _ZERO_SECONDS, 1.0, _DAY),
        read.seconds("down.window", _WINDOW_SECONDS, 0.0, _LONGEST_WINDOW),
    )
    is_fixed = policy.least == policy.most and not policy.zero
    if policy.kind == CPU or given.keys() <= _ALONE or is_fixed:
        return None
    return policy


def policy_in_force(labels: Mapping[str, str]) -> Policy | None:
    """The same of a function that is deployed: what cannot be read is as if it were not there."""
    try:
        return policy_of(labels)
    except InvalidRequest:
        return None


def is_by_cpu(labels: Mapping[str, str]) -> bool:
    """Whether a function is to scale by processor time, which is a cluster's to do."""
    return labels.get(f"{PREFIX}type") == CPU


def refuse_cpu(labels: Mapping[str, str], why: str) -> None:
    """Raise `InvalidRequest` for a function that is to scale by processor time."""
    if is_by_cpu(labels):
        raise InvalidRequest(
            f"label {PREFIX}type is {CPU!r}, and {why}: use {CAPACITY} (calls in flight)"
        )


def is_at_zero(labels: Mapping[str, str], replicas: int) -> bool:
    """Whether a function has no replica because nobody calls it: its first call starts one."""
    policy = policy_in_force(labels)
    return policy is not None and policy.zero and not replicas


def _given(labels: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """By short name: the label as it is called, and its text."""
    found = {}
    for name, text in labels.items():
        if name.startswith(PREFIX):
            short = name.removeprefix(PREFIX)
            if short not in _KEYS:
                raise InvalidRequest(_unknown(short))
            if text:
                found[short] = (name, text)
    for short, name in _OPENFX.items():
        if labels.get(name):
            found.setdefault(short, (name, labels[name]))
    return found


def _unknown(short: str) -> str:
    from .near_misses import near

    meant = near(short, _KEYS)
    hint = f"did you mean {PREFIX}{meant}?" if meant else f"there are {', '.join(_KEYS)}"
    return f"unknown label {PREFIX}{short[:40]}: {hint}"


class _Labels:
    """Reads each, or gives its default."""

    def __init__(self, given: Mapping[str, tuple[str, str]]) -> None:
        self._given = given

    def number(self, short: str, default: float, low: float, high: float) -> float:
        """A number that may have a fraction."""
        if short not in self._given:
            return default
        text = self._given[short][1]
        number = float(text) if _NUMBER.fullmatch(text) else -1.0
        if not low <= number <= high:
            raise self._wrong(short, f"a number from {low:g} to {high:.0f}")
        return number

    def whole(self, short: str, default: int, low: int, high: int) -> int:
        """A whole number."""
        if short not in self._given:
            return default
        text = self._given[short][1]
        number = int(text) if _NUMBER.fullmatch(text) and text.isdecimal() else -1
        if not low <= number <= high:
            raise self._wrong(short, f"a whole number from {low} to {high}")
        return number

    def seconds(self, short: str, default: float, low: float, high: float) -> float:
        """A length of time."""
        if short not in self._given:
            return default
        seconds = durations.parse(self._given[short][1])
        if seconds is None or not low <= seconds <= high:
            raise self._wrong(short, f"a time from {low:g}s to {high:g}s, as 90s or 15m")
        return seconds

    def flag(self, short: str) -> bool:
        """A yes or no."""
        text = self._given.get(short, ("", "false"))[1].lower()
        if text not in {"true", "false"}:
            raise self._wrong(short, "true or false")
        return text == "true"

    def kind(self) -> str:
        """What the load is."""
        text = self._given.get("type", ("", RPS))[1]
        if text not in KINDS:
            instead = f": use {_INSTEAD[text]}" if text in _INSTEAD else ""
            raise self._wrong("type", f"{', '.join(KINDS[:-1])} or {CPU}{instead}")
        return text

    def _wrong(self, short: str, allowed: str) -> InvalidRequest:
        name, text = self._given[short]
        return InvalidRequest(f"label {name} is {text[:40]!r}: give {allowed}")
