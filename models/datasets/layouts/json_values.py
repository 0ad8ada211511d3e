"""Values of a JSON document that somebody else wrote: of the type that is wanted, or none."""

import json
from typing import Any


def field(entry: Any, name: str) -> Any:  # noqa: ANN401 - from a file
    """A value by its name; None where there is none, or nothing that has names."""
    return entry.get(name) if isinstance(entry, dict) else None


def number(entry: Any, name: str) -> int | None:  # noqa: ANN401 - from a file
    """A number that counts something: whole, and not below 0."""
    value = field(entry, name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def text(entry: Any, name: str) -> str:  # noqa: ANN401 - from a file
    """A text; empty where it is none."""
    value = field(entry, name)
    return value if isinstance(value, str) else ""


def shown(value: Any) -> str:  # noqa: ANN401 - from a file
    """A value as a message may have it: short."""
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= 80 else f"{written[:77]}..."
