"""The value of one setting: which name of it counts, how its text is read, what is refused.

The `dcf` command and the gateway read a function's settings by this module, too, and by no other
one of the watcher: so it and what it imports are the standard library alone.
"""

import re
from collections.abc import Mapping

from . import durations
from .settings import SETTINGS, Setting

Value = str | int | float | bool

ROWS: Mapping[str, Setting] = {row.name: row for row in SETTINGS}
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_USUAL_PORT = re.compile(r"^(http://.*(?=:80$)|https://.*(?=:443$)):[0-9]+$")
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


class BadValue(ValueError):
    """A setting is out of its range; the message names it, what came, and what is allowed."""


def given(row: Setting, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Finds what was set: upper case, lower case, then other names.

    Args:
        row: of the table.
        environ: names to texts.

    Returns:
        The name under which it is set, and the text; None where it is not.
    """
    for name in (row.name, row.name.lower(), *row.other_names):
        # An empty variable counts as not set: that is how compose files and templates clear one.
        if environ.get(name):
            return name, environ[name]
    return None


def value_of(row: Setting, environ: Mapping[str, str]) -> Value:
    """Reads a setting, or its default.

    Args:
        row: of the table.
        environ: names to texts.

    Returns:
        The value; seconds for a length of time.

    Raises:
        BadValue: it is out of its range.
    """
    where, text = given(row, environ) or (row.name, row.default)
    return convert(row, text, where)


def seconds(name: str, environ: Mapping[str, str]) -> float:
    """Reads a setting that is a length of time.

    Args:
        name: as in the table.
        environ: names to texts.

    Returns:
        Seconds.

    Raises:
        BadValue: it is out of its range.
    """
    return float(value_of(ROWS[name], environ))


def whole(name: str, environ: Mapping[str, str]) -> int:
    """Reads a setting that is a whole number.

    Args:
        name: as in the table.
        environ: names to texts.

    Returns:
        The number.

    Raises:
        BadValue: it is out of its range.
    """
    return int(value_of(ROWS[name], environ))


def convert(row: Setting, text: str, where: str) -> Value:
    """Reads the text of a setting.

    Args:
        row: of the table.
        text: as a person wrote it.
        where: the name or flag by which it came, for the message.

    Returns:
        The value.

    Raises:
        BadValue: it is out of its range.
    """
    value: Value | None = None
    if row.kind in ("text", "secret"):
        value = text if "\0" not in text else None
    elif row.kind == "origins":
        value = _origins(text)
    elif row.kind == "choice":
        value = text.lower() if text.lower() in row.choices else None
    elif row.kind == "bool":
        word = text.strip().lower()
        value = True if word in _TRUE else False if word in _FALSE else None
    else:
        number = _number(row, text.strip())
        value = number if number is not None and row.low <= number <= row.high else None
    if value is None:
        shown = "not usable" if row.kind == "secret" else repr(text)
        raise BadValue(f"{where} is {shown}; it must be {row.allowed}")
    return value


def _origins(text: str) -> str | None:
    """Origins as browsers write them: in lower case, without a port that is the usual one."""
    named = [each.strip().lower() for each in text.split(",") if each.strip()]
    if named == ["*"]:
        return "*"
    if not all(_ORIGIN.fullmatch(each) for each in named):
        return None
    return ",".join(_USUAL_PORT.sub(r"\1", each) for each in named)


def _number(row: Setting, text: str) -> float | None:
    if row.kind == "seconds":
        return durations.parse(text)
    return int(text) if re.fullmatch(r"-?\d{1,15}", text, re.ASCII) else None
