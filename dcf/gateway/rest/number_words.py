"""What a person reads when a number of a JSON body is not allowed."""

import re

import msgspec

_BOUND = re.compile(r"Expected `(?:int|float)` (<=|>=) ([\d.]+) - at `\$\.(\w+)`")
_WORDS = {"<=": "at most", ">=": "at least"}
_SHOWN = 40


def words_of(fault: Exception, body: bytes) -> str:
    """The decoder's words, but for a number out of its range: what it may be, and what came.

    Args:
        fault: Of the decoder.
        body: What it was given.
    """
    found = _BOUND.match(str(fault))
    if found is None:
        return str(fault)
    mark, bound, name = found.groups()
    try:
        came = str(msgspec.json.decode(body)[name])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return str(fault)  # the number came first, and what follows it is no JSON
    came = came if len(came) <= _SHOWN else came[:_SHOWN] + "..."
    return f"{name} must be {_WORDS[mark]} {float(bound):.0f}, got {came}"
