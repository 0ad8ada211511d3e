"""A worker's side of its turns; the standard library alone, for any environment."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any


def commands() -> Iterator[dict[str, Any]]:
    """Says that this program is ready, then gives one command after the other."""
    reply("ready")
    for line in sys.stdin:
        yield json.loads(line)


def reply(value: object) -> None:
    """Answers a command."""
    print(json.dumps(value), flush=True)


def milliseconds(call: Callable[[], object], count: int) -> list[float]:
    """Of each of so many calls."""
    taken = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1e3)
    return taken
