"""On which terms a revision replaces another: at once, as a canary, or not at all, as a shadow.

They are annotations of the function, so every wire carries them, and every revision keeps its own.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from ..errors import InvalidRequest
from .placement import FunctionSpec

CANARY, SHADOW = MODES = "canary", "shadow"
_PREFIX = "dcf.rollout"
MODE, SHARE, AGREEMENT = "dcf.rollout.mode", "dcf.rollout.share", "dcf.rollout.agreement"
_SHOWN = 40
_MOST_OF_CANARY = 0.5


@dataclass(frozen=True)
class Terms:
    """How a candidate is judged beside the revision that serves.

    Attributes:
        mode: `canary`: it answers a share of the calls; `shadow`: of a share it gets copies.
        share: Of the function's calls.
        calls: How many of the candidate's own calls are wanted for a verdict.
        seconds: Longest time; a canary that has not had its calls by then goes back.
        errors: By how much its share of errors may be above the serving revision's.
        latency: By which factor its calls may take longer.
        agreement: Lowest share of calls, of those that are copied to the other revision, whose
            answers agree. 0: a canary's calls are not copied.
    """

    mode: str
    share: float = 0.1
    calls: int = 200
    seconds: float = 600.0
    errors: float = 0.01
    latency: float = 1.5
    agreement: float = 0.0

    @property
    def weight(self) -> float:
        """Of the callers' own calls, the candidate's share."""
        return self.share if self.mode == CANARY else 0.0

    @property
    def copies(self) -> bool:
        """Whether calls are copied at all."""
        return self.mode == SHADOW or self.agreement > 0


@dataclass(frozen=True)
class _Range:
    least: float
    most: float
    words: str


_RANGES: Mapping[str, _Range] = MappingProxyType(
    {
        "share": _Range(0.001, 1, "a share of the calls, 0.001 to 1"),
        "calls": _Range(10, 100_000, "a whole number of calls, 10 to 100000"),
        "seconds": _Range(1, 604_800, "seconds, 1 to 604800"),
        "errors": _Range(0, 1, "a share of the calls, 0 to 1"),
        "latency": _Range(1, 1000, "a factor, 1 to 1000"),
        "agreement": _Range(0, 1, "a share of the answers, 0 to 1"),
    }
)
KEYS = (MODE, *(f"{_PREFIX}.{name}" for name in _RANGES))


def terms_of(annotations: Mapping[str, str]) -> Terms | None:
    """What a function's annotations ask for; None where it is replaced at once.

    Raises:
        InvalidRequest: A value that is none, or a key of this family that is unknown.
    """
    asked = {key: text for key, text in annotations.items() if key.startswith(f"{_PREFIX}.")}
    if annotations.get(_PREFIX) in MODES:  # where `progressing`, `ready`, `failed` are told
        raise InvalidRequest(f"annotation {_PREFIX} is told, not asked for: write {MODE}")
    for key in asked:
        if key not in KEYS:
            raise InvalidRequest(_unknown(key))
    mode = asked.pop(MODE, "")
    if not mode:
        if asked:
            raise InvalidRequest(f"annotation {min(asked)} is nothing without {MODE}")
        return None
    if mode not in MODES:
        raise InvalidRequest(f"annotation {MODE} must be canary or shadow, got {mode[:_SHOWN]!r}")
    numbers: dict[str, Any] = {key.rpartition(".")[2]: _read(key, asked[key]) for key in asked}
    terms = Terms(mode, **numbers)
    if mode == CANARY and terms.share > _MOST_OF_CANARY:
        raise InvalidRequest(
            f"annotation {SHARE} of a canary must be at most {_MOST_OF_CANARY}, got "
            f"{terms.share:g}: it is compared with the rest"
        )
    return terms


def at_once(spec: FunctionSpec) -> FunctionSpec:
    """The same function, to take over without being judged."""
    kept = {key: text for key, text in spec.annotations.items() if key not in KEYS}
    return replace(spec, annotations=kept)


def _read(key: str, text: str) -> float:
    name = key.rpartition(".")[2]
    allowed = _RANGES[name]
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not allowed.least <= number <= allowed.most or (name == "calls" and number % 1):
        raise InvalidRequest(f"annotation {key} must be {allowed.words}, got {text[:_SHOWN]!r}")
    return int(number) if name == "calls" else number


def _unknown(key: str) -> str:
    from ..near_misses import near  # needed at an error alone

    close = near(key.removeprefix(f"{_PREFIX}."), ("mode", *_RANGES))
    hint = f"did you mean {_PREFIX}.{close}?" if close else f"there are {', '.join(KEYS)}"
    return f"annotation {key[:_SHOWN]} is unknown: {hint}"
