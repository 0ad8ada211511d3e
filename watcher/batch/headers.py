"""API_HEADER, what a judge wants to see with the answer; no message and no log has its values."""

import json
import re
from collections.abc import Iterable, Mapping

from ..errors import SettingError

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FORMS = 'a JSON object such as {"X-Key": "..."}, or lines such as X-Key: ...'
# These say where a message ends; a second opinion would break it.
_OURS = frozenset(("content-length", "transfer-encoding", "connection"))
_SHORTEST_SECRET = 4
_HIDDEN = "***"


def parse(text: str) -> dict[str, str]:
    """Reads API_HEADER.

    Args:
        text: a JSON object of names and values, or lines of `Name: value`; may be empty.

    Returns:
        Names and values, fit to be sent.

    Raises:
        SettingError: it is neither, or a name or value cannot be sent; no value is told.
    """
    text = text.strip()
    pairs = _from_json(text) if text.startswith(("{", "[", '"')) else _from_lines(text)
    headers = {}
    for name, value in pairs:
        if not _TOKEN.fullmatch(name):
            raise SettingError(f"API_HEADER has a name that is no header's; it must be {_FORMS}")
        if name.lower() in _OURS:
            raise SettingError(
                f"API_HEADER sets {name}, which this process sets itself; leave it out"
            )
        if not value.isascii() or not value.isprintable():
            raise SettingError(
                f"API_HEADER's {name} has characters that a header cannot hold; it must be ASCII"
            )
        headers[name] = value
    return headers


def hide(text: str, headers: Mapping[str, str]) -> str:
    """Takes what is secret out of a text that someone else wrote.

    Args:
        text: such as a judge's answer, which may quote what it was sent.
        headers: whose values are secret, whole and word by word.

    Returns:
        The text with `***` in place of them.
    """
    words = {word for value in headers.values() for word in (value, *value.split())}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= _SHORTEST_SECRET:
            text = text.replace(word, _HIDDEN)
    return text


def _from_json(text: str) -> Iterable[tuple[str, str]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise SettingError(f"API_HEADER is no JSON object; it must be {_FORMS}")
    for part in value.values():
        if not isinstance(part, (str, int, float)) or isinstance(part, bool):
            raise SettingError(
                f"API_HEADER has a value that is a {type(part).__name__}; it must be {_FORMS}"
            )
    return [(name, str(part).strip()) for name, part in value.items()]


def _from_lines(text: str) -> Iterable[tuple[str, str]]:
    pairs = []
    for line in filter(str.strip, text.splitlines()):
        name, colon, value = line.partition(":")
        if not colon:
            raise SettingError(f"API_HEADER has a line without a colon; it must be {_FORMS}")
        pairs.append((name.strip(), value.strip()))
    return pairs
