"""A verdict as a file: what was decided, by which rules, from which figures."""

import json
import math
from collections.abc import Sequence
from typing import Any

import msgspec

from .measuring import Outcome
from .rules import Rules
from .verdict import Check

FORMAT = 1
_DIGITS = 6


def format_verdict(
    outcome: Outcome, checks: Sequence[Check], rules: Rules, about: dict[str, Any]
) -> bytes:
    """Writes it as indented JSON.

    Args:
        outcome: What was measured.
        checks: What was decided.
        rules: What had to hold.
        about: What else a reader needs: the data set, when, by which release.
    """
    document = {
        "format": FORMAT,
        "passed": all(check.passed for check in checks),
        "candidate": outcome.compared.candidate.name,
        "serving": outcome.compared.serving.name if outcome.compared.serving else None,
        "note": outcome.note,
        "checks": msgspec.to_builtins(checks),
        "figures": msgspec.to_builtins(outcome.compared),
        "rules": msgspec.to_builtins(rules),
        **about,
    }
    return json.dumps(_plain(document), indent=1, allow_nan=False).encode() + b"\n"


def _plain(value: Any) -> Any:  # noqa: ANN401 - plain values of any kind
    """The same with numbers that JSON has, of as many digits as they are worth."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return round(value, _DIGITS) if math.isfinite(value) else None
    return value
