"""What a search looks like, as SVG: its history, what mattered, and which values go with which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 260, 56, 16, 12, 34
_BAR = 22
_LINES = 4
_FAINTEST = 0.12


@dataclass(frozen=True, slots=True)
class Axis:
    """One key of the parallel coordinates.

    Attributes:
        name: The key.
        ticks: Where a value stands, 0 (bottom) to 1, and what it is called.
    """

    name: str
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One trial of the parallel coordinates.

    Attributes:
        name: The trial.
        places: Its place on each axis, 0..1.
        rank: How good it is, 0 (worst) to 1.
        best: Whether it is the best.
    """

    name: str
    places: tuple[float, ...]
    rank: float
    best: bool


def history(name: str, values: Sequence[tuple[int, float]], trials: int) -> str:
    """Each trial's value, and the best so far.

    Args:
        name: What the value is.
        values: Number of each trial, from 1, and its value, 0..1, in order.
        trials: Trials that there are.

    Returns:
        An SVG element.
    """
    highest = max((value for _, value in values), default=0.0) or 1.0
    parts = [_level(line / _LINES, f"{highest * line / _LINES:.3g}") for line in range(_LINES + 1)]
    best, steps = 0.0, []
    for number, value in values:
        x, y = _x(number / max(trials, 1)), _y(value / highest)
        best = max(best, value)
        steps.append(f"{x:.1f},{_y(best / highest):.1f}")
        parts.append(
            f'<circle class="bar" cx="{x:.1f}" cy="{y:.1f}" r="3">'
            f"<title>{number}: {value:.4f}</title></circle>"
        )
    parts.append(f'<polyline class="mean" points="{" ".join(steps)}"/>')
    across = f"trials, {trials} in all"
    parts.append(_text(_WIDTH / 2, _HEIGHT - 8, across, "middle"))
    return _svg(f"{name} of each trial and the best so far", _HEIGHT, parts)


def importance(shares: Mapping[str, float]) -> str:
    """How much each key mattered, 0..1.

    Returns:
        An SVG element.
    """
    parts, left = [], 190
    most = max(shares.values(), default=0.0) or 1.0
    for row, (key, share) in enumerate(shares.items()):
        y = _TOP + row * _BAR
        width = (_WIDTH - left - 60) * share / most
        parts.append(_text(left - 8, y + 13, key, "end"))
        parts.append(f'<rect class="bar" x="{left}" y="{y}" width="{width:.1f}" height="16"/>')
        parts.append(_text(left + width + 6, y + 13, f"{share:.2f}", "start"))
    return _svg("How much each key mattered", 2 * _TOP + _BAR * len(shares), parts)


def parallel(axes: Sequence[Axis], lines: Sequence[Line]) -> str:
    """A line for each trial through its values, the better the darker.

    Returns:
        An SVG element.
    """
    parts, last = [], max(len(axes) - 1, 1)
    for each in sorted(lines, key=lambda line: (line.best, line.rank)):
        points = " ".join(
            f"{_x(at / last):.1f},{_y(place):.1f}" for at, place in enumerate(each.places)
        )
        faint = f' style="opacity:{_FAINTEST + (1 - _FAINTEST) * each.rank**2:.2f}"'
        style = 'class="mark"' if each.best else f'class="class"{faint}'
        parts.append(
            f'<polyline {style} points="{points}"><title>{escape(each.name)}</title></polyline>'
        )
    for at, axis in enumerate(axes):
        x = _x(at / last)
        side, shift = ("end", -4) if at == last else ("start", 4)
        parts.append(f'<path class="grid" d="M{x:.0f} {_TOP}V{_HEIGHT - _BOTTOM}"/>')
        parts.extend(
            _text(x + shift, min(max(_y(place) + 4, 20), _HEIGHT - _BOTTOM - 2), said, side)
            for place, said in axis.ticks
        )
        turned = "middle" if 0 < at < last else ("start" if at == 0 else "end")
        parts.append(_text(x, _HEIGHT - 8 - 13 * (at % 2), axis.name, turned))
    return _svg("The values of each trial", _HEIGHT, parts)


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>"
    )


def _level(share: float, said: str) -> str:
    y = _y(share)
    line = f'<path class="grid" d="M{_LEFT} {y:.0f}H{_WIDTH - _RIGHT}"/>'
    return line + _text(_LEFT - 6, y + 4, said, "end")


def _text(x: float, y: float, said: str, anchor: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(said)}</text>'


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP)
