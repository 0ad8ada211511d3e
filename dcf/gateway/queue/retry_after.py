"""The Retry-After header, as far as a queue can use it."""

from collections.abc import Mapping

# No pause of the queue is longer, whoever asked for it.
LONGEST = 3_600.0


def seconds_of(headers: Mapping[str, str]) -> float:
    """Seconds somebody asked us to wait, at most an hour; 0 when nothing usable is said."""
    text = headers.get("Retry-After", "")
    return min(float(text), LONGEST) if text.isascii() and text.isdigit() else 0.0
