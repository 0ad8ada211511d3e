"""dcf queue list."""

import sys

import click

from ..client.base import FailedCall
from ..terminal.examples import examples
from ..terminal.patience import patience
from ..terminal.printing import write_json, write_line, write_table
from .options.gateway import client_for, gateway_option, json_option

_HEAD = ("Call", "Function", "Queued", "Attempts", "Status", "Bytes", "Reason")


@examples(
    "dcf queue list",
    "dcf queue list --json",
)
@click.command()
@json_option
@gateway_option
def list_queue(as_json: bool, gateway: str) -> None:
    """Tell how many queued calls wait and run, and list those that failed, newest first."""
    client = client_for(gateway)
    with patience(f"waiting for {client.address}"):
        state, failed = client.queue(), client.failed_calls()
    if as_json:
        write_json({**state._asdict(), "failed": [each._asdict() for each in failed]})
        return
    oldest = f", the oldest for {state.oldest_seconds:.0f} s" if state.waiting else ""
    write_line(f"{state.waiting} waiting{oldest}, {state.running} running, {state.failed} failed")
    if failed and sys.stdout.isatty():
        _show([_row(each) for each in failed])
    elif failed:
        write_table(_HEAD, [_row(each) for each in failed])


def _show(rows: list[tuple[str, ...]]) -> None:
    """The table of a terminal, with each reason below its row."""
    from ..terminal.fitted_table import write_fitted_table

    # A heading is not cut, and so what `replay` wants to be given is not either.
    call = _HEAD[0].ljust(max(len(row[0]) for row in rows))
    write_fitted_table((call, *_HEAD[1:-1]), [row[:-1] for row in rows], [row[-1:] for row in rows])


def _row(each: FailedCall) -> tuple[str, ...]:
    what = f"callback: {each.reason}" if not each.path else each.reason
    numbers = (str(each.attempts), str(each.status or "-"), str(each.size))
    return each.call_id, each.function, each.queued_at, *numbers, what
