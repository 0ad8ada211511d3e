"""A verdict as a page: the rules, the figures, and the pictures where the models differ most."""

from collections.abc import Iterable, Sequence
from html import escape

from ...evaluation.calibration import calibrate
from ...evaluation.matching import Floats, each_class
from ...evaluation.report.charts import bars, curve
from ...evaluation.report.markup import document, figure, table
from ...evaluation.report.pictures import whole
from ...evaluation.run import by_picture
from ...evaluation.voc import curve_of, mean_curve
from .answers import Answers
from .disagreement import most_different
from .measuring import Outcome
from .verdict import Check, Side

_PICTURES = 12
_SIDE = 420
_LOST = 50


def render_verdict(outcome: Outcome, checks: Sequence[Check], about: str) -> str:
    """Makes the page.

    Args:
        outcome: What was measured.
        checks: What was decided.
        about: The data set, and whatever else stands below the title.

    Returns:
        HTML that loads nothing from anywhere.
    """
    compared = outcome.compared
    passed = all(check.passed for check in checks)
    title = f"{compared.candidate.name} {'passes' if passed else 'is refused'}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        *(f'<p class="soft">{escape(line)}</p>' for line in (about, outcome.note) if line),
        table(
            ("rule", "", "figures"),
            ((each.rule, "holds" if each.passed else "FAILS", each.said) for each in checks),
        ),
        "<h2>Figures</h2>",
        table(*_figures([each for each in (compared.candidate, compared.serving) if each])),
        _charts(outcome),
    ]
    if outcome.theirs is not None:
        parts += ["<h2>Classes</h2>", _classes(outcome), *_golden(outcome), *_pictures(outcome)]
    return document(title, parts)


def _figures(sides: Sequence[Side]) -> tuple[Sequence[str], Iterable[Sequence[str]]]:
    names = sides[0].precision
    rows = [
        *((name, *(f"{each.precision[name]:.4f}" for each in sides)) for name in names),
        ("calibration error", *(f"{each.calibration:.3f}" for each in sides)),
        ("time of a picture", *(f"{each.latency_ms:.1f} ms" for each in sides)),
        ("greatest memory", *(f"{each.memory / 1e6:.1f} MB" for each in sides)),
        ("size", *(f"{each.size / 1e6:.1f} MB" for each in sides)),
        ("digest", *(each.digest[:16] for each in sides)),
    ]  # fmt: skip
    return ("", *(each.name for each in sides)), rows


def _charts(outcome: Outcome) -> str:
    ours = _mean(outcome, outcome.ours, "mean")
    theirs = _mean(outcome, outcome.theirs, "class") if outcome.theirs else []
    found = by_picture(outcome.data, outcome.ours.measured.found)
    binned = calibrate(matches for _, matches in each_class(outcome.data, found))
    return '<div class="charts">' + "".join((
        figure(
            curve("Precision against recall", "recall", "precision", [*theirs, *ours]),
            "Precision against recall at overlap 0.5, mean of all classes: the candidate in "
            "colour, the serving model in grey.",
        ),
        figure(
            bars("Calibration", "confidence", "found", binned.precision, binned.confidence),
            "Share of the candidate's detections that found an object, by confidence; red is what "
            "it should be.",
        ),
    )) + "</div>"  # fmt: skip


def _mean(outcome: Outcome, answers: Answers, style: str) -> list[tuple[str, Floats, Floats]]:
    found = by_picture(outcome.data, answers.measured.found)
    curves = [curve_of(matches) for _, matches in each_class(outcome.data, found)]
    return [(style, *mean_curve(curves))] if curves else []


def _classes(outcome: Outcome) -> str:
    rows = (
        (
            name,
            str(each.objects),
            f"{each.difference:+.1f}",
            f"{each.low:+.1f}",
            f"{each.high:+.1f}",
        )
        for name, each in sorted(
            outcome.compared.classes.items(), key=lambda item: item[1].difference
        )
    )
    about = (
        '<p class="soft">Difference of average precision in points, candidate minus serving, and '
        "its one-sided bounds.</p>"
    )
    return about + table(("class", "objects", "difference", "above", "below"), rows)


def _golden(outcome: Outcome) -> list[str]:
    lost = outcome.compared.golden_lost
    if not lost:
        return []
    more = f" and {len(lost) - _LOST} more" if len(lost) > _LOST else ""
    names = escape(", ".join(lost[:_LOST]) + more)
    return [f"<h2>Golden pictures that are lost</h2><p>{names}</p>"]


def _pictures(outcome: Outcome) -> list[str]:
    assert outcome.theirs is not None
    ours, theirs = outcome.ours.sure, outcome.theirs.sure
    parts = ["<h2>Where they differ most</h2>"]
    for at, size in most_different(ours, theirs, _PICTURES):
        picture = outcome.data.pictures[at]
        encoded = picture.file.read_bytes()
        shown = "".join(
            figure(
                f'<img src="{whole(encoded, found[at], outcome.data.names, _SIDE)}" '
                f'alt="{escape(whose)}">',
                f"{whose}: {picture.name}",
            )
            for whose, found in (("candidate", ours), ("serving", theirs))
        )
        parts.append(f'<div class="charts" title="{size:.2f}">{shown}</div>')
    return parts if len(parts) > 1 else [*parts, "<p>Nowhere.</p>"]
