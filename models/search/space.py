"""What may be tried: ranges of a recipe's keys, checked against the recipe itself."""

import math
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from ..training.errors import BadRecipe
from ..training.recipe import Recipe
from ..training.recipe_file import recipe_of

Value = bool | int | float | str
_KINDS = ("float", "log", "int", "choice")
_GOLDEN = 0.381966
"""Share of a range at which it is tried, too: nothing that is written by hand ends there."""


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one key may be: exactly one of the four kinds.

    Attributes:
        floats: Least and greatest number.
        log: Likewise, drawn by its logarithm.
        ints: Least and greatest whole number.
        choice: Values, one of which it is.
        step: Of ``int`` and ``float``: from one value to the next.
    """

    floats: tuple[float, float] | None = msgspec.field(name="float", default=None)
    log: tuple[float, float] | None = None
    ints: tuple[int, int] | None = msgspec.field(name="int", default=None)
    choice: tuple[Value, ...] | None = None
    step: float | None = None

    def fault(self) -> str:
        """What is wrong with it in itself; empty where nothing is."""
        given = [each for each in (self.floats, self.log, self.ints, self.choice) if each]
        if len(given) != 1:
            return f"give exactly one of {', '.join(_KINDS)}, got {len(given)}"
        if self.choice is not None:
            return "" if len(set(self.choice)) == len(self.choice) else "a choice stands twice"
        low, high = self.bounds
        if not (math.isfinite(low) and math.isfinite(high)) or low >= high:
            return f"from {low:g} to {high:g} is no range"
        if self.log is not None and low <= 0:
            return f"log begins above 0, got {low:g}"
        return self._fault_of_step(high - low)

    def _fault_of_step(self, width: float) -> str:
        if self.step is None:
            return ""
        if self.log is not None:
            return "log has no step"
        if not 0 < self.step <= width or (self.ints is not None and self.step % 1):
            return f"step {self.step:g} does not fit into the range"
        return ""

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest of what is no choice."""
        low, high = self.floats or self.log or self.ints or (0, 0)
        return float(low), float(high)

    def probes(self) -> Iterator[Value]:
        """Values that must be allowed if all are."""
        if self.choice is not None:
            yield from self.choice
        elif self.ints is not None:
            yield from self.ints
        else:
            low, high = self.bounds
            yield from (low, low + _GOLDEN * (high - low), high)

    def holds(self, value: object) -> bool:
        """Whether a value is one of these."""
        if self.choice is not None:
            return any(value == each and type(value) is type(each) for each in self.choice)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        low, high = self.bounds
        on_step = self.step is None or not (value - low) % self.step
        return low <= value <= high and on_step


def check_space(space: Mapping[str, Range], base: Recipe, where: str) -> None:
    """Refuses a space that the recipe cannot have.

    Args:
        space: Ranges by dotted key.
        base: The recipe that they are put into.
        where: What to call the file in an error.

    Raises:
        BadRecipe: Names the key, and what it may be.
    """
    if not space:
        raise BadRecipe(f"{where}: space is empty: give a range for a key of train.yaml at least")
    known = dict(_leaves(msgspec.to_builtins(base)))
    for key, wanted in space.items():
        if key not in known:
            near = get_close_matches(key[:60], known, 1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise BadRecipe(
                f"{where}: space: {key[:60]}: unknown key; {hint}allowed are {', '.join(known)}"
            )
        fault = wanted.fault()
        if fault:
            raise BadRecipe(f"{where}: space: {key}: {fault}")
        for value in wanted.probes():
            with_values(base, {key: value}, f"{where}: space")


def with_values(base: Recipe, values: Mapping[str, Any], where: str) -> Recipe:
    """The recipe of one trial.

    Args:
        base: What it has in common with all others.
        values: Its own, by dotted key.
        where: What to call them in an error.

    Raises:
        BadRecipe: A value cannot be; names the key.
    """
    document = msgspec.to_builtins(base)
    for key, value in values.items():
        table = document
        *path, last = key.split(".")
        for name in path:
            table = table[name]
        table[last] = value
    return recipe_of(document, where)


def values_of(base: Recipe, space: Mapping[str, Range]) -> dict[str, Any] | None:
    """The base's own values of the keys that are searched; None where one is outside the space."""
    known = dict(_leaves(msgspec.to_builtins(base)))
    own = {key: known[key] for key in space}
    return own if all(space[key].holds(value) for key, value in own.items()) else None


def _leaves(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value
