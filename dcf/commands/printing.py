"""How verbs write: lines for people, JSON for programs, progress for who watches a terminal."""

import json
import sys
from collections.abc import Sequence

import click


def say(line: str) -> None:
    """Write a line, blue on a terminal as the original does."""
    click.secho(line, fg="blue")


def silent(_line: str) -> None:
    """Write nothing."""


def progress(line: str) -> None:
    """Write a line that only somebody who waits at a terminal wants."""
    if sys.stderr.isatty():
        click.secho(line, fg="blue", err=True)


def write_json(value: object) -> None:
    """Write a value, indented, its keys in the order given."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def write_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write columns as wide as their widest cell, two blanks apart."""
    table = [head, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
