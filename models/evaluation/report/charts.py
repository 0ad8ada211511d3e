"""Charts as SVG, small enough to stand inside a page."""

import math
from collections.abc import Sequence
from html import escape

from ..matching import Floats

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 360, 240, 44, 34, 10
_MOST_POINTS = 200


def curve(title: str, across: str, up: str, lines: Sequence[tuple[str, Floats, Floats]]) -> str:
    """Lines in a square from 0 to 1.

    Args:
        title: What it shows, for those who do not see it.
        across: Name of the horizontal axis.
        up: Name of the vertical one.
        lines: Name of the line's style, and its points across and up, 0..1.

    Returns:
        An SVG element.
    """
    shown = "".join(
        f'<polyline class="{escape(style)}" points="{_points(x, y)}"/>' for style, x, y in lines
    )
    return _frame(title, across, up, shown)


def bars(title: str, across: str, up: str, heights: Floats, lined: Floats | None = None) -> str:
    """Bars of equal width from 0 to 1 across, heights 0..1; NaN is no bar.

    Args:
        title: What it shows, for those who do not see it.
        across: Name of the horizontal axis.
        up: Name of the vertical one.
        heights: Of the bars.
        lined: A mark on each bar, such as what it should be.

    Returns:
        An SVG element.
    """
    shown = []
    step = 1 / max(len(heights), 1)
    for at, height in enumerate(heights):
        if not math.isnan(height):
            x, y = _place(at * step, float(height))
            width = _place(step, 0)[0] - _LEFT
            shown.append(
                f'<rect class="bar" x="{x + 1:.1f}" y="{y:.1f}" width="{width - 2:.1f}" '
                f'height="{_HEIGHT - _BOTTOM - y:.1f}"/>'
            )
        if lined is not None and not math.isnan(lined[at]):
            (left, y), (right, _) = _place(at * step, float(lined[at])), _place((at + 1) * step, 0)
            shown.append(f'<path class="mark" d="M{left:.1f} {y:.1f}H{right:.1f}"/>')
    return _frame(title, across, up, "".join(shown))


def _frame(title: str, across: str, up: str, content: str) -> str:
    ticks = []
    for tenth in range(0, 11, 2):
        x, y = _place(tenth / 10, tenth / 10)
        bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _TOP
        ticks.append(
            f'<path class="grid" d="M{x:.0f} {_TOP}V{bottom}M{_LEFT} {y:.0f}H{right}"/>'
            f'<text x="{x:.0f}" y="{bottom + 14}" text-anchor="middle">{tenth / 10:g}</text>'
            f'<text x="{_LEFT - 5}" y="{y + 4:.0f}" text-anchor="end">{tenth / 10:g}</text>'
        )
    middle = (_LEFT + _WIDTH - _TOP) / 2
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"><title>{escape(title)}</title>'
        f"{''.join(ticks)}{content}"
        f'<text x="{middle:.0f}" y="{_HEIGHT - 4}" text-anchor="middle">{escape(across)}</text>'
        f'<text x="-{_HEIGHT / 2 - _BOTTOM / 2:.0f}" y="11" transform="rotate(-90)" '
        f'text-anchor="middle">{escape(up)}</text></svg>'
    )


def _points(x: Floats, y: Floats) -> str:
    """At most ``_MOST_POINTS`` of them: a curve over 10,000 detections looks the same."""
    step = max(1, len(x) // _MOST_POINTS)
    kept = sorted({*range(0, len(x), step), *range(len(x) - 1, len(x))} - {-1})
    places = (_place(float(x[at]), float(y[at])) for at in kept)
    return " ".join(f"{across:.1f},{up:.1f}" for across, up in places)


def _place(x: float, y: float) -> tuple[float, float]:
    width, height = _WIDTH - _LEFT - _TOP, _HEIGHT - _BOTTOM - _TOP
    return _LEFT + x * width, _HEIGHT - _BOTTOM - y * height
