"""The page: one HTML file with everything in it, and no script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from ...datasets.record import DataSet
from ..calibration import calibrate
from ..confusion import confusion
from ..matching import ClassMatches, Floats, FoundIn, each_class
from ..voc import Curve, average_precision_2007, average_precision_2012, curve_of, mean_curve
from .charts import bars, curve
from .markup import document, figure, table
from .pictures import PictureParts
from .worst import Case, false_alarms, misses

_CASES = 24
_CONFUSED = 20


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a page is made of.

    Attributes:
        title: The model and what it was measured on.
        figures: Name and value of each figure, in order.
        data: The pictures.
        found: Detections of each picture, in the same order, weak ones too.
        spent_ms: Time of each picture, decoding included.
        threshold: Confidence from which a detection counts in confusions.
    """

    title: str
    figures: Mapping[str, float]
    data: DataSet
    found: Sequence[FoundIn]
    spent_ms: Floats
    threshold: float = 0.5


def render(evaluated: Evaluated) -> str:
    """Makes the page.

    Args:
        evaluated: What it tells.

    Returns:
        HTML that loads nothing from anywhere.
    """
    matches = dict(each_class(evaluated.data, evaluated.found))
    curves = {column: curve_of(each) for column, each in matches.items()}
    parts = [
        f"<h1>{escape(evaluated.title)}</h1>",
        table(
            ("figure", "value"),
            ((name, _number(value)) for name, value in evaluated.figures.items()),
        ),
        _charts(evaluated, matches, curves),
        "<h2>Classes</h2>",
        _classes(evaluated.data, matches, curves),
        "<h2>Confusions</h2>",
        _confusions(evaluated),
        "<h2>False alarms, the surest first</h2>",
        _cases(evaluated.data, false_alarms(evaluated.found, matches, _CASES)),
        "<h2>Missed objects, the largest first</h2>",
        _cases(evaluated.data, misses(evaluated.data, matches, _CASES)),
    ]
    return document(evaluated.title, parts)


def _charts(
    evaluated: Evaluated, matches: Mapping[int, ClassMatches], curves: Mapping[int, Curve]
) -> str:
    lines = [("class", each.recall, each.precision) for each in curves.values()]
    if curves:
        lines.append(("mean", *mean_curve(curves.values())))
    calibration = calibrate(matches.values())
    middles = np.where(calibration.counts > 0, calibration.confidence, np.nan)
    return '<div class="charts">' + "".join((
        figure(
            curve("Precision against recall", "recall", "precision", lines),
            "Precision against recall at overlap 0.5: each class, and the mean of all.",
        ),
        figure(
            bars("Calibration", "confidence", "found", calibration.precision, middles),
            f"Share that found an object, by confidence; red is what it should be. "
            f"Expected calibration error {calibration.error:.3f}.",
        ),
        figure(*_latency(evaluated.spent_ms)),
    )) + "</div>"  # fmt: skip


def _latency(spent_ms: Floats) -> tuple[str, str]:
    most = float(np.percentile(spent_ms, 99)) if len(spent_ms) else 1.0
    counts, _ = np.histogram(spent_ms, bins=20, range=(0, most))
    heights = counts / max(counts.max(initial=1), 1)
    middle, late = (
        float(np.percentile(spent_ms, share)) if len(spent_ms) else 0.0 for share in (50, 90)
    )
    text = (
        f"Time of a picture, 1 is {most:.1f} ms: median {middle:.1f} ms, 90 % below {late:.1f} ms."
    )
    return bars("Latency", f"share of {most:.1f} ms", "pictures", heights.astype(np.float64)), text


def _classes(
    data: DataSet, matches: Mapping[int, ClassMatches], curves: Mapping[int, Curve]
) -> str:
    rows = (
        (
            data.names[column],
            str(each.objects),
            f"{average_precision_2012(curves[column]):.3f}",
            f"{average_precision_2007(curves[column]):.3f}",
            f"{1 - len(each.missed) / each.objects:.3f}",
        )
        for column, each in sorted(matches.items(), key=lambda item: -item[1].objects)
    )
    return table(("class", "objects", "AP (VOC12)", "AP (VOC07)", "found at all"), rows)


def _confusions(evaluated: Evaluated) -> str:
    counts = confusion(evaluated.data, evaluated.found, evaluated.threshold)
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    worst = np.argsort(-(wrong.sum(0) + wrong.sum(1))[:-1], kind="stable")[:_CONFUSED]
    shown = [*sorted(worst.tolist()), len(counts) - 1]
    names = [*evaluated.data.names, "nothing"]
    rows = ((names[row], *(str(counts[row, column] or "") for column in shown)) for row in shown)
    about = (
        f'<p class="soft">Rows are objects, columns what was found there with a confidence of '
        f"{evaluated.threshold:g} or more at overlap 0.5; <em>nothing</em> is a false alarm "
        f"below and a missed object on the right. The {len(shown) - 1} classes with most "
        "confusions.</p>"
    )
    return about + table(("", *(names[column] for column in shown)), rows)


def _cases(data: DataSet, cases: Sequence[Case]) -> str:
    if not cases:
        return "<p>None.</p>"
    parts = PictureParts()
    shown: dict[int, str] = {}
    # Those of one picture together, so that it is decoded once.
    for at in sorted(range(len(cases)), key=lambda at: cases[at].picture):
        case = cases[at]
        picture = data.pictures[case.picture]
        source = parts.cut(picture.file.read_bytes(), case.box)
        score = "" if np.isnan(case.score) else f" {case.score:.2f}"
        name = escape(f"{data.names[case.column]}{score}")
        shown[at] = (
            f'<figure><img src="{source}" alt="{name}"><figcaption>{name}<br>'
            f"{escape(picture.name)}</figcaption></figure>"
        )
    return f'<div class="cases">{"".join(shown[at] for at in range(len(cases)))}</div>'


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
