"""``ssd history``: which models a function served, since when, who said so and why."""

import dataclasses
import sys
from typing import TYPE_CHECKING

import click

from .examples import examples
from .gateway_place import function_options, open_function
from .printing import write_json_line, write_table

if TYPE_CHECKING:
    from ..delivery.function import Revision

_HEAD = ("revision", "model", "digest", "deployed", "by", "", "why")


@examples("ssd history --function ssd", "ssd history --function ssd --json")
@click.command(name="history")
@function_options
@click.option("--json", "as_json", is_flag=True, help="JSON even on a terminal.")
def command(name: str, gateway: str, as_json: bool) -> None:
    """Lists a function's revisions, newest first: a table on a terminal, else JSON lines."""
    rows = open_function(name, gateway).history()
    if as_json or not sys.stdout.isatty():
        for row in rows:
            fields = dataclasses.asdict(row)
            notes = fields.pop("notes")
            write_json_line(fields | notes)
        return
    write_table(_HEAD, (_shown(row) for row in rows))


def _shown(row: "Revision") -> tuple[str, ...]:
    notes = row.notes
    why = f"forced: {notes.forced}" if notes.forced else notes.verdict
    return (
        str(row.number),
        notes.model or "-",
        notes.digest[:12] or "-",
        f"{row.deployed_at[:19]}Z",
        row.by or "-",
        "serves" if row.serving else row.rollout,
        "; ".join(filter(None, (row.reason, why))) or "-",
    )
