"""Options of a call and settings of the function, parsed and checked.

A call's query wins over the fields of its body, those over the function's settings.
"""

import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from .errors import BadOption, SettingError
from .rooms import AUTO, MAX_PIXELS_LIMIT, RANGES, TILES, TILES_DEMAND, Range, Tiles

FORMATS = ("json", "dcf", "full", "jpeg", "png")
DAMAGED = ("refuse", "accept")
# Settings of the function alone, not of a call.
_FUNCTION_RANGES = {
    "MAX_PIXELS": Range(1, MAX_PIXELS_LIMIT, whole=True, help="Most pixels of a picture."),
    "MAX_PICTURE_MEMORY": Range(1, 100_000_000_000, whole=True, help="Bytes to decode a picture."),
    "MAX_CALL_MILLISECONDS": Range(1, 3_600_000, whole=True, help="Work that a call may ask for."),
}
_MODEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")
_MODEL_ID_ALLOWED = "1 to 100 letters, digits, dots, dashes, underscores and @"
_MAX_BODY, _BODY_RANGE = 32 << 20, Range(1, 1 << 30, whole=True, help="Bytes of a body.")


class Options(msgspec.Struct, frozen=True):
    """What one call asks for; None means what the model's bundle says. Ranges are in ``RANGES``.

    Attributes:
        format: One of ``FORMATS``, or None for what the Accept header prefers.
        threshold: Least confidence.
        iou: Greatest overlap of two answers of a class.
        top_k: Candidates kept before suppression.
        max_detections: Answers at most.
        classes: The only classes wanted, by name or id; all when empty.
        damaged: Whether a damaged picture is answered by what can be read of it.
        tiles: How many tiles a side a picture is looked at in, besides as a whole.
    """

    format: str | None = None
    threshold: float | None = None
    iou: float | None = None
    top_k: int | None = None
    max_detections: int | None = None
    classes: tuple[str, ...] = ()
    damaged: bool = False
    tiles: Tiles | None = None


OPTION_NAMES = Options.__struct_fields__


class FunctionSettings(msgspec.Struct, frozen=True):
    """Settings of the function, fixed at its start.

    Attributes:
        bundle: Folder of the model; the embedded one when None.
        max_pixels: Most pixels a picture may have.
        max_memory: Most bytes that decoding a picture may take.
        max_milliseconds: Most milliseconds of work that a call may ask for.
        max_body: Most bytes that a packed body may have unpacked.
        options: What a call gets that asks for nothing else.
        model_id: What replies call the model; empty for the name that its bundle says.
    """

    bundle: Path | None
    max_pixels: int
    max_memory: int
    max_milliseconds: int
    max_body: int
    options: Options
    model_id: str = ""


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


OPTION_RANGES = {name: str(allowed) for name, allowed in RANGES.items()}
"""Allowed values of the numeric options, for people."""

TILES_ALLOWED = f"{TILES}, or {AUTO}"


def _row(name: str, default: str, allowed: Range) -> Setting:
    return Setting(name, default, str(allowed), allowed.help)


SETTINGS = (
    Setting("MODEL_BUNDLE", "", "a folder, or an embedded bundle's name", "The model."),
    Setting("MODEL_ID", "", _MODEL_ID_ALLOWED, "What replies call it; its bundle's name if empty."),
    _row("THRESHOLD", "0.5", RANGES["threshold"]),
    _row("IOU", "", RANGES["iou"]),
    _row("TOP_K", "", RANGES["top_k"]),
    _row("MAX_DETECTIONS", "100", RANGES["max_detections"]),
    _row("MAX_PIXELS", "50000000", _FUNCTION_RANGES["MAX_PIXELS"]),
    _row("MAX_PICTURE_MEMORY", "300000000", _FUNCTION_RANGES["MAX_PICTURE_MEMORY"]),
    _row("MAX_CALL_MILLISECONDS", "5000", _FUNCTION_RANGES["MAX_CALL_MILLISECONDS"]),
    Setting("TILES", "1", TILES_ALLOWED, TILES.help),
    Setting("REPLY_FORMAT", "json", ", ".join(FORMATS), "Reply when a call asks for none."),
)


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
    named = {name: values[name.upper()] for name in (*RANGES, "tiles")}
    named["format"] = values["REPLY_FORMAT"]
    try:
        options = parse_options({key: text for key, text in named.items() if text}, Options())
        ranges = _FUNCTION_RANGES.items()
        most = {name: int(read_number(name, values[name], row)) for name, row in ranges}
        # A setting of whatever takes the calls, which holds for bodies as they come.
        given = environ.get("MAX_BODY_BYTES", "").strip() or _MAX_BODY
        max_body = int(read_number("MAX_BODY_BYTES", given, _BODY_RANGE))
    except BadOption as error:
        raise SettingError(f"setting {error.message}") from error
    if values["MODEL_ID"] and not _MODEL_ID.fullmatch(values["MODEL_ID"]):
        came = _shown(values["MODEL_ID"])
        raise SettingError(f"setting MODEL_ID must be {_MODEL_ID_ALLOWED}, got {came}")
    # A default of json must not hide what a call's Accept header prefers.
    if options.format == "json":
        options = replace(options, format=None)
    return FunctionSettings(
        Path(values["MODEL_BUNDLE"]) if values["MODEL_BUNDLE"] else None,
        most["MAX_PIXELS"],
        most["MAX_PICTURE_MEMORY"],
        most["MAX_CALL_MILLISECONDS"],
        max_body,
        options,
        values["MODEL_ID"],
    )


def _option(name: str, value: object) -> float:
    return read_number(name, value, RANGES[name])


def read_number(name: str, value: object, allowed: Range, demand: str = "") -> float:
    """A number in its range; raises `BadOption`."""
    number = math.nan
    kinds = (str, int) if allowed.whole else (str, int, float)
    if isinstance(value, kinds) and not isinstance(value, bool):
        try:
            number = int(value) if allowed.whole else float(value)
        except (ValueError, OverflowError):
            number = math.nan
    if number not in allowed:
        raise BadOption(f"{name} {demand or allowed.demand}, got {_shown(value)}")
    return number


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


def _damaged(name: str, value: object) -> bool:
    wanted = value.lower() if isinstance(value, str) else ""
    if wanted not in DAMAGED:
        raise BadOption(f"{name} must be {' or '.join(DAMAGED)}, got {_shown(value)}")
    return wanted == "accept"


def _tiles(name: str, value: object) -> Tiles:
    if isinstance(value, str) and value.strip().lower() == AUTO:
        return AUTO
    return int(read_number(name, value, TILES, TILES_DEMAND))


def _shown(value: object) -> str:
    """A value as an error shows it: short, and on one line."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


_PARSERS: dict[str, Callable[[str, object], object]] = {
    "format": _format,
    **dict.fromkeys(RANGES, _option),
    "classes": _classes,
    "damaged": _damaged,
    "tiles": _tiles,
}
