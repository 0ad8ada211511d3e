"""What a detector and each call of it can be asked for, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Literal, TypedDict, cast

from msgspec.structs import replace

from .arrays import Color, Form
from .rooms import RANGES, OptionError, Settings, Tiles
from .wanted import Classes, words_of


class Thresholds(TypedDict, total=False):
    """What both a detector and a call take; None is as good as nothing."""

    threshold: float | None
    iou: float | None
    top_k: int | None
    max_detections: int | None
    classes: Classes | None
    tiles: Tiles | None


class CallOptions(Thresholds, total=False):
    """What a call takes besides."""

    color: Color
    floats: bool
    damaged: Literal["refuse", "accept"]
    on_error: Literal["raise", "keep"]


_CHOICES = {
    "color": ("rgb", "bgr"),
    "floats": (False, True),
    "damaged": ("refuse", "accept"),
    "on_error": ("raise", "keep"),
}
_SETTINGS = tuple(Thresholds.__annotations__)
_ALL = tuple(CallOptions.__annotations__)


@dataclass(frozen=True)
class Call:
    """What one call asks for.

    Attributes:
        settings: Thresholds and limits.
        form: How arrays are to be taken.
        damaged: Whether a damaged picture is answered by what can be read of it.
        keep_errors: Whether a picture that fails gives an empty result with the reason.
    """

    settings: Settings
    form: Form
    damaged: bool
    keep_errors: bool


def call_of(given: Mapping[str, object], base: Settings) -> Call:
    """Reads the options of a call.

    Args:
        given: Names and values.
        base: What holds where nothing is given.

    Raises:
        TypeError: There is no option of that name, or a value is not of its type.
        ValueError: A value is out of its range.
    """
    _refuse_unknown(given, _ALL)
    for name, choices in _CHOICES.items():
        if name in given and given[name] not in choices:
            allowed = " or ".join(map(repr, choices))
            raise ValueError(f"{name} must be {allowed}, got {given[name]!r}")
    return Call(
        settings_of({name: given[name] for name in _SETTINGS if name in given}, base),
        Form(cast("Color", given.get("color", "rgb")), given.get("floats", False) is True),
        given.get("damaged") == "accept",
        given.get("on_error") == "keep",
    )


def settings_of(given: Mapping[str, object], base: Settings) -> Settings:
    """Lays what is given over other settings; the errors are those of ``call_of``."""
    _refuse_unknown(given, _SETTINGS)
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        return base
    for name in RANGES.keys() & changes.keys():
        changes[name] = _number(name, changes[name])
    if isinstance(tiles := changes.get("tiles"), Integral) and not isinstance(tiles, bool):
        changes["tiles"] = int(tiles)
    if "classes" in changes:
        changes["classes"] = words_of(cast("Classes", changes["classes"]))
    try:
        return replace(base, **changes)
    except OptionError as error:
        raise ValueError(error.message) from None


def _number(name: str, value: object) -> float | int:
    allowed = RANGES[name]
    kind = Integral if allowed.whole else Real
    if isinstance(value, bool) or not isinstance(value, kind):
        raise TypeError(f"{name} {allowed.demand}, got {value!r}")
    return int(cast("int", value)) if allowed.whole else float(cast("float", value))


def _refuse_unknown(given: Mapping[str, object], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
            raise TypeError(f"there is no option {name!r}, {hint}")
