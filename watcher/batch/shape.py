"""What the answer of a batch looks like: a list, a template for its entries, or a hook."""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from .. import json_body
from ..configuration.config import Settings
from ..errors import BadAnswer, BadReply, LoadError, SettingError
from ..loading import loader
from ..user_trace import in_words, place_of, trace_of
from .entry import Entry

MAX_TEMPLATE_BYTES = 64 << 10
MAX_DEPTH = 50
_TEXTS = ("file", "name", "stem", "index")
_VALUES = ("result", "error")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class Template:
    """A value of JSON whose strings may hold placeholders.

    A string that is one placeholder becomes that value; one among other text becomes part of it.
    """

    def __init__(self, value: object) -> None:
        """Checks every placeholder.

        Args:
            value: the template.

        Raises:
            ValueError: one is not known, or cannot stand where it does.
        """
        self._value = value
        self._tells_errors = False
        self._check(value, 0)

    def fill(self, index: int, entry: Entry) -> object:
        """Makes one entry.

        Args:
            index: the file's, from 0.
            entry: of the file.

        Returns:
            The template with its placeholders replaced. An error stands in place of the result
            when the template has no place for it.
        """
        error = entry.get("error")
        missing = None if self._tells_errors or error is None else {"error": error}
        path = PurePosixPath(str(entry["file"]))
        values = {
            "file": entry["file"],
            "name": path.name,
            "stem": path.stem,
            "index": index,
            "result": entry.get("result", missing),
            "error": error,
        }
        return _filled(self._value, values)

    def _check(self, value: object, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise ValueError(f"is nested over {MAX_DEPTH} deep")
        if isinstance(value, (dict, list)):
            for part in value.values() if isinstance(value, dict) else value:
                self._check(part, depth + 1)
        elif isinstance(value, str):
            for found in _PLACEHOLDER.finditer(value):
                self._check_one(found[1], alone=found[0] == value)

    def _check_one(self, name: str, *, alone: bool) -> None:
        known = (*_TEXTS, *_VALUES)
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {{{near[0]}}}?" if near else "it knows " + ", ".join(known)
            raise ValueError(f"has a placeholder {{{name}}}; {hint}")
        if name in _VALUES and not alone:
            raise ValueError(f"has {{{name}}} inside a longer text; it must be a string of its own")
        self._tells_errors = self._tells_errors or name == "error"


class Shape:
    """Makes the answer of the entries."""

    def __init__(self, template: Template | None, hook: Callable[..., Any] | None) -> None:
        """Takes either, both, or none: without them the answer is the list of entries."""
        self._template = template
        self._hook = hook

    def answer(self, entries: Sequence[Entry]) -> bytes:
        """Makes what the judge gets.

        Args:
            entries: one a file, in order.

        Returns:
            `{"answer": ...}` as JSON.

        Raises:
            BadAnswer: the hook failed, or answered with something JSON cannot hold.
        """
        shaped: object = list(entries)
        if self._template is not None:
            shaped = [self._template.fill(index, entry) for index, entry in enumerate(entries)]
        if self._hook is not None:
            shaped = _call(self._hook, shaped)
        try:
            return b'{"answer":' + json_body.encode(shaped, "answer") + b"}"
        except BadReply as error:
            kind = type(shaped).__name__
            raise BadAnswer(
                f"ANSWER_HOOK made a {kind} that JSON cannot hold: {error.message}"
            ) from None


def template_of(settings: Settings) -> Template | None:
    """Reads ANSWER_TEMPLATE.

    Args:
        settings: of this process.

    Returns:
        The template, or None when there is none.

    Raises:
        SettingError: it cannot be read or used.
    """
    if not settings.answer_template:
        return None
    path = Path(settings.handler_dir).absolute() / settings.answer_template
    where = f"ANSWER_TEMPLATE {path}"
    try:
        with path.open("rb") as opened:
            text = opened.read(MAX_TEMPLATE_BYTES + 1)
        if len(text) > MAX_TEMPLATE_BYTES:
            raise SettingError(f"{where} is over {MAX_TEMPLATE_BYTES} bytes; use ANSWER_HOOK")
        value = msgspec.json.decode(text)
    except OSError as error:
        raise SettingError(f"{where} cannot be read: {error.strerror}") from None
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise SettingError(f"{where} is not JSON: {error}") from None
    try:
        return Template(value)
    except ValueError as error:
        raise SettingError(f"{where} {error}") from None


def hook_of(settings: Settings) -> Callable[..., Any] | None:
    """Loads ANSWER_HOOK by the rules for handlers.

    Args:
        settings: of this process.

    Returns:
        The function, or None when there is none.

    Raises:
        SettingError: it is not `file.py:function`.
        LoadError: it cannot be loaded.
    """
    if not settings.answer_hook:
        return None
    file, _, name = settings.answer_hook.rpartition(":")
    if not file or not name.isidentifier():
        raise SettingError(f"ANSWER_HOOK is {settings.answer_hook!r}; it must be file.py:function")
    try:
        return loader.load_function(settings, file, name)
    except LoadError as error:
        raise type(error)(f"ANSWER_HOOK: {error.message}", error.trace) from None


def _filled(value: object, values: Mapping[str, object]) -> object:
    if isinstance(value, dict):
        return {name: _filled(part, values) for name, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, values) for part in value]
    if not isinstance(value, str):
        return value
    whole = _PLACEHOLDER.fullmatch(value)
    if whole:
        return values[whole[1]]
    return _PLACEHOLDER.sub(lambda found: str(values[found[1]]), value)


def _call(hook: Callable[..., Any], shaped: object) -> object:
    try:
        return hook(shaped)
    # sys.exit() in a hook is its failure too.
    except BaseException as error:
        place = place_of(error)
        at = f" at {place}" if place else ""
        message = f"ANSWER_HOOK failed{at}: {in_words(error)}; mend it and run again"
        raise BadAnswer(message, trace_of(error)) from None
