"""One page of what the queue holds, newest first: which rows, and what is shown of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from ...errors import InvalidRequest

State = Literal["waiting", "running", "failed"]
STATES: tuple[State, ...] = ("waiting", "running", "failed")
LAST = (1 << 63) - 1
_MOST, _USUAL = 200, 50
Before = Annotated[int, Meta(ge=1, le=LAST)]
Count = Annotated[int, Meta(ge=1, le=_MOST)]


@dataclass(frozen=True)
class Page:
    """What is asked for.

    Attributes:
        state: Only items of it; None for all.
        before: Only items with a lower number.
        count: So many at most.
    """

    state: State | None = None
    before: int = LAST
    count: int = _USUAL

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Page":
        """As a query says; raises `InvalidRequest`."""
        given = query.get("state")
        state = next((each for each in STATES if each == given), None)
        if given is not None and state is None:
            raise InvalidRequest(f"state must be one of {', '.join(STATES)}, got {given[:32]!r}")
        before = _number(query.get("before", str(LAST)), LAST, "before")
        return cls(state, before, _number(query.get("count", str(_USUAL)), _MOST, "count"))

    def condition(self, running: frozenset[int]) -> tuple[str, list[int]]:
        """Which rows of the table of items, and the values of its marks.

        Args:
            running: Numbers of the items under way.
        """
        among = f"seq {{}}IN ({', '.join('?' * len(running))})"
        if self.state == "failed":
            return "failed_at IS NOT NULL", []
        if self.state == "waiting":
            return f"failed_at IS NULL AND {among.format('NOT ')}", sorted(running)
        if self.state == "running":
            return f"failed_at IS NULL AND {among.format('')}", sorted(running)
        return "1", []


def _number(text: str, most: int, name: str) -> int:
    """A whole number from 1 on; raises `InvalidRequest`."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LAST))
    if not is_number or not 1 <= int(text) <= most:
        raise InvalidRequest(f"{name} must be a number from 1 to {most}, got {text[:32]!r}")
    return int(text)
