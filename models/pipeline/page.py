"""A run of a pipeline as one page: what ran, what did not have to, and what each step said."""

import json
from html import escape
from urllib.parse import quote

from ..evaluation.report.markup import document, table
from .record import Outcome, Record, StepRecord

_LONGEST = 16
_NUMBERS = 12


def render_page(record: Record) -> str:
    """The page.

    Args:
        record: What happened.

    Returns:
        HTML that loads nothing from anywhere.
    """
    title = f"{record.pipeline.rpartition('/')[2]}: {record.ended or 'at work'}"
    far = "in all" if record.ended else "so far"
    about = f"Began {record.began}, {record.took_s:.1f} s {far}."
    return document(
        title,
        [
            f"<h1>{escape(title)}</h1>",
            f'<p class="soft">{escape(about)}</p>',
            table(("step", "", "s", "why"), map(_row, record.steps)),
            *(part for step in record.steps for part in _details(step)),
        ],
    )


def _row(step: StepRecord) -> tuple[str, ...]:
    took = f"{step.took_s:.1f}" if step.code is not None else ""
    return step.name, str(step.outcome), took, step.why


def _details(step: StepRecord) -> list[str]:
    links = [f'<a href="{escape(quote(each))}">{escape(each)}</a>' for each in step.pages]
    linked = [f"<p>{', '.join(links)}</p>"] if links else []
    if step.outcome in {Outcome.WAITS, Outcome.SKIPPED}:
        return [f"<h2>{escape(step.name)}</h2>", *linked] if linked else []
    parts = [f"<h2>{escape(step.name)}</h2>", f"<p><code>{escape(step.command)}</code></p>"]
    parts += linked
    figures = _figures(step.said)
    if figures:
        parts.append(table(("figure", ""), figures))
    elif step.said:
        parts.append(_text(step.said))
    if step.noted and step.outcome in {Outcome.FAILED, Outcome.STOPPED}:
        parts.append(_text(step.noted))
    digests = [
        *step.inputs.items(),
        *((f"made: {name}", each) for name, each in step.outputs.items()),
    ]
    parts.append("<details><summary>digests</summary>")
    parts.append(table(("", "digest"), ((name, _short(each)) for name, each in digests)))
    parts.append("</details>")
    return parts


def _text(said: str) -> str:
    return f'<div class="wide"><pre>{escape(said)}</pre></div>'


def _figures(said: str) -> list[tuple[str, str]]:
    """The numbers of a verb that answers in JSON; none of another."""
    try:
        told = json.loads(said)
    except (ValueError, RecursionError):
        return []
    if not isinstance(told, dict):
        return []
    rows = [(name, f"{each:.4g}") for name, each in told.items() if isinstance(each, int | float)]
    return rows[:_NUMBERS]


def _short(digest: str) -> str:
    return " ".join(part[:_LONGEST] for part in digest.split(" "))
