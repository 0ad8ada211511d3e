"""The course of a run as a picture: loss and precision over its epochs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

_SIZE = (720, 400)
_LEFT, _TOP, _RIGHT, _BOTTOM = 60, 30, 660, 350
_LINES = 4
_INK, _GRID, _PAPER = (40, 40, 40), (220, 220, 220), (255, 255, 255)
_COLORS = {"loss": (200, 60, 40), "mAP": (40, 90, 200), "AP50": (30, 140, 80)}

Point = tuple[float, float]


def draw_curve(file: Path, rows: Sequence[Mapping[str, float]]) -> None:
    """Draws a run's figures.

    Args:
        file: The PNG; what is there is replaced.
        rows: Its figures, a row a measurement, with ``epoch``, ``loss`` and perhaps ``mAP``.
    """
    picture = Image.new("RGB", _SIZE, _PAPER)
    draw = ImageDraw.Draw(picture)
    highest = max((row["loss"] for row in rows), default=1.0) or 1.0
    for line in range(_LINES + 1):
        y = _BOTTOM - (_BOTTOM - _TOP) * line / _LINES
        draw.line([(_LEFT, y), (_RIGHT, y)], fill=_GRID)
        draw.text((8, y - 6), f"{highest * line / _LINES:.2f}", fill=_COLORS["loss"])
        draw.text((_RIGHT + 8, y - 6), f"{line / _LINES:.2f}", fill=_COLORS["mAP"])
    last = max((row["epoch"] for row in rows), default=1) or 1
    for place, (name, color) in enumerate(_COLORS.items()):
        scale = highest if name == "loss" else 1.0
        points: list[Point] = [
            (
                _LEFT + (_RIGHT - _LEFT) * row["epoch"] / last,
                _BOTTOM - (_BOTTOM - _TOP) * row[name] / scale,
            )
            for row in rows
            if name in row
        ]
        if len(points) > 1:
            draw.line(points, fill=color, width=2)
        for x, y in points:
            draw.ellipse([x - 2, y - 2, x + 2, y + 2], fill=color)
        draw.text((_LEFT + 90 * place, 8), name, fill=color)
    draw.text((_LEFT, _BOTTOM + 12), f"epochs 0 to {last:g}", fill=_INK)
    fresh = file.with_name(f"{file.name}.part")
    picture.save(fresh, format="PNG")
    fresh.replace(file)
