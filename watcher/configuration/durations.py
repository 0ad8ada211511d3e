"""Lengths of time as people write them: seconds, or Go's notation (1m30s, 500ms)."""

import math
import re

_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_SECONDS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0,
}  # fmt: skip


def parse_go(text: str) -> float | None:
    """Reads Go's notation of a length of time.

    Args:
        text: such as `30s`, `1m30s`, `0.5h`, or `0`.

    Returns:
        Seconds, at least 0; None for anything else, negative lengths included.
    """
    if text == "0":
        return 0.0
    total, end = 0.0, 0
    for part in _PART.finditer(text):
        if part.start() != end:
            return None
        total += float(part[1]) * _SECONDS[part[2]]
        end = part.end()
    return total if end == len(text) > 0 and math.isfinite(total) else None


def parse(text: str) -> float | None:
    """Reads a length of time as a number of seconds or in Go's notation.

    Args:
        text: such as `30`, `0.5`, `30s`, `1m30s`.

    Returns:
        Seconds, at least 0; None for anything else.
    """
    if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
        seconds = float(text)
        return seconds if math.isfinite(seconds) else None
    return parse_go(text)
