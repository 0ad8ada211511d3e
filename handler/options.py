"""Options of a call and settings of the function, parsed and checked.

A call's query wins over the fields of its body, those over the function's settings.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

from handler.errors import BadOption, SettingError
from models.ssd.spec import COUNT_LIMITS

FORMATS = ("json", "dcf", "full", "jpeg", "png")
_MAX_PIXELS_LIMIT = 178_956_970
_MAX_MEMORY = 100_000_000_000
_MAX_MS = 3_600_000
_MAX_BODY, _MAX_BODY_LIMIT = 32 << 20, 1 << 30


@dataclass(frozen=True)
class Options:
    """What one call asks for; None means what the model's bundle says.

    Attributes:
        format: One of ``FORMATS``, or None for what the Accept header prefers.
        threshold: Least confidence, 0..1.
        iou: Greatest overlap of two answers of a class, 0..1.
        top_k: Candidates kept before suppression; range as in ``COUNT_LIMITS``.
        max_detections: Answers at most; likewise.
        classes: The only classes wanted, by name or id; all when empty.
    """

    format: str | None = None
    threshold: float | None = None
    iou: float | None = None
    top_k: int | None = None
    max_detections: int | None = None
    classes: tuple[str, ...] = ()


OPTION_NAMES = tuple(field.name for field in fields(Options))


@dataclass(frozen=True)
class FunctionSettings:
    """Settings of the function, fixed at its start.

    Attributes:
        bundle: Folder of the model; the embedded one when None.
        max_pixels: Most pixels a picture may have.
        max_memory: Most bytes that decoding a picture may take.
        max_milliseconds: Most milliseconds of work that a call may ask for.
        max_body: Most bytes that a packed body may have unpacked.
        options: What a call gets that asks for nothing else.
    """

    bundle: Path | None
    max_pixels: int
    max_memory: int
    max_milliseconds: int
    max_body: int
    options: Options


class Setting(NamedTuple):
    """A row of the settings table.

    Attributes:
        name: Name in the environment.
        default: Default as text; empty for the bundle's value.
        allowed: Allowed values, for people.
        help: What it is for.
    """

    name: str
    default: str
    allowed: str
    help: str


OPTION_RANGES = {
    "threshold": "0 to 1",
    "iou": "0 to 1",
    **{name: f"1 to {most}" for name, most in COUNT_LIMITS.items()},
}
"""Allowed values of the numeric options, for people."""

SETTINGS = (
    Setting("MODEL_BUNDLE", "", "a folder, or an embedded bundle's name", "The model."),
    Setting("THRESHOLD", "0.5", OPTION_RANGES["threshold"], "Least confidence of an answer."),
    Setting("IOU", "", OPTION_RANGES["iou"],
            "Greatest overlap of two answers of a class; the bundle's."),
    Setting("TOP_K", "", OPTION_RANGES["top_k"],
            "Candidates kept before suppression; the bundle's."),
    Setting("MAX_DETECTIONS", "100", OPTION_RANGES["max_detections"], "Answers at most."),
    Setting("MAX_PIXELS", "50000000", f"1 to {_MAX_PIXELS_LIMIT}", "Most pixels of a picture."),
    Setting("MAX_PICTURE_MEMORY", "300000000", f"1 to {_MAX_MEMORY}", "Bytes to decode a picture."),
    Setting("MAX_CALL_MILLISECONDS", "5000", f"1 to {_MAX_MS}", "Work that a call may ask for."),
    Setting("REPLY_FORMAT", "json", ", ".join(FORMATS), "Reply when a call asks for none."),
)  # fmt: skip


_MOST = {
    "MAX_PIXELS": _MAX_PIXELS_LIMIT,
    "MAX_PICTURE_MEMORY": _MAX_MEMORY,
    "MAX_CALL_MILLISECONDS": _MAX_MS,
}


def parse_options(given: Mapping[str, object], base: Options) -> Options:
    """Lays the options of a query or a body over others.

    Args:
        given: Option names with text or JSON values; an empty text or None gives nothing. Names
            that are no options are left alone, unless they look like a slip of one.
        base: What holds where nothing is given.

    Returns:
        The checked options.

    Raises:
        BadOption: A value is out of range, or a name is nearly that of an option.
    """
    changes: dict[str, Any] = {}
    for name, value in given.items():
        if name not in _PARSERS:
            _refuse_slip(name)
        # A page's form sends each of its inputs, a typed client each of its fields.
        elif value is not None and not (isinstance(value, str) and not value.strip()):
            changes[name] = _PARSERS[name](name, value)
    return replace(base, **changes) if changes else base


def _refuse_slip(name: str) -> None:
    from difflib import get_close_matches  # strange names are rare

    if near := get_close_matches(name.lower(), OPTION_NAMES, n=1, cutoff=0.75):
        raise BadOption(f"{name[:40]!r} is not an option, did you mean {near[0]!r}?")


def read_settings(environ: Mapping[str, str]) -> FunctionSettings:
    """Reads the function's settings.

    Args:
        environ: The environment.

    Returns:
        The settings, checked.

    Raises:
        SettingError: A value is out of range; the message names it.
    """
    values = {row.name: environ.get(row.name, "").strip() or row.default for row in SETTINGS}
    named = {
        "threshold": values["THRESHOLD"],
        "iou": values["IOU"],
        "top_k": values["TOP_K"],
        "max_detections": values["MAX_DETECTIONS"],
        "format": values["REPLY_FORMAT"],
    }
    try:
        options = parse_options({key: text for key, text in named.items() if text}, Options())
        most = {name: _whole(name, values[name], limit) for name, limit in _MOST.items()}
        # A setting of whatever takes the calls, which holds for bodies as they come.
        given = environ.get("MAX_BODY_BYTES", "").strip() or str(_MAX_BODY)
        max_body = _whole("MAX_BODY_BYTES", given, _MAX_BODY_LIMIT)
    except BadOption as error:
        raise SettingError(f"setting {error.message}") from error
    bundle = Path(values["MODEL_BUNDLE"]) if values["MODEL_BUNDLE"] else None
    # A default of json must not hide what a call's Accept header prefers.
    if options.format == "json":
        options = replace(options, format=None)
    return FunctionSettings(
        bundle,
        most["MAX_PIXELS"],
        most["MAX_PICTURE_MEMORY"],
        most["MAX_CALL_MILLISECONDS"],
        max_body,
        options,
    )


def _share(name: str, value: object) -> float:
    share = math.nan
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            share = float(value)
        except (ValueError, OverflowError):
            share = math.nan
    if not 0 <= share <= 1:
        raise BadOption(f"{name} must be a number from 0 to 1, got {_shown(value)}")
    return share


def _count(name: str, value: object) -> int:
    return _whole(name, value, COUNT_LIMITS[name])


def _whole(name: str, value: object, most: int) -> int:
    count = 0
    if isinstance(value, str | int) and not isinstance(value, bool):
        try:
            count = int(value)
        except ValueError:
            count = 0
    if not 1 <= count <= most:
        raise BadOption(f"{name} must be a whole number from 1 to {most}, got {_shown(value)}")
    return count


def _classes(name: str, value: object) -> tuple[str, ...]:
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str | int) for word in words):
        raise BadOption(f"{name} must be names separated by commas, got {_shown(value)}")
    return tuple(str(word).strip() for word in words if str(word).strip())


def _format(name: str, value: object) -> str:
    wanted = value.lower() if isinstance(value, str) else ""
    wanted = "jpeg" if wanted == "jpg" else wanted
    if wanted not in FORMATS:
        raise BadOption(f"{name} must be one of {', '.join(FORMATS)}, got {_shown(value)}")
    return wanted


def _shown(value: object) -> str:
    """A value as an error shows it: short, and on one line."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


_PARSERS: dict[str, Callable[[str, object], object]] = {
    "format": _format,
    "threshold": _share,
    "iou": _share,
    "top_k": _count,
    "max_detections": _count,
    "classes": _classes,
}
