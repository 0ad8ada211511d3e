"""dcf function history."""

import sys

import click

from ..client.base import Revision
from ..terminal.examples import examples
from ..terminal.patience import patience
from ..terminal.printing import write_json, write_table
from .list import short_image
from .options.gateway import client_for, gateway_option, json_option, name_argument

_HEAD = ("Revision", "Status", "Deployed", "By", "Image", "Reason")
_SECONDS = len("2026-01-31T12:00:00")
_IMAGE = 30


@examples(
    "dcf function history hello",
    "dcf function history hello --json",
)
@click.command()
@name_argument
@json_option
@gateway_option
def history(name: str, as_json: bool, gateway: str) -> None:
    """List a function's revisions, newest first: digest, time, who, and how it went.

    The reason is why it failed, or how its last replica ended that nobody had asked to.
    """
    client = client_for(gateway)
    with patience(f"waiting for {client.address}"):
        revisions = client.history(name)
    if as_json:
        write_json([each._asdict() for each in revisions])
        return
    if sys.stdout.isatty():
        _show(revisions)
        return
    write_table(_HEAD, [_row(each) for each in revisions])


def _show(revisions: list[Revision]) -> None:
    """The table of a terminal, with each reason below its row."""
    from ..terminal.fitted_table import write_fitted_table

    rows = [
        (
            str(each.number),
            _status(each),
            _moment(each.deployed_at),
            each.by or "-",
            short_image(each.image),
        )
        for each in revisions
    ]
    notes = [[reason] if (reason := _reason(each)) else [] for each in revisions]
    write_fitted_table(_HEAD[:-1], rows, notes)


def _row(each: Revision) -> tuple[str, ...]:
    image = each.image if len(each.image) <= _IMAGE else each.image[: _IMAGE - 2] + ".."
    by = each.by or "-"
    return str(each.number), _status(each), each.deployed_at, by, image, _reason(each)


def _status(each: Revision) -> str:
    return "serving" if each.serving else each.rollout


def _reason(each: Revision) -> str:
    """Why it failed; else a crash loop, or what became of its replicas."""
    if each.reason or each.crash_loop or not each.last_exit:
        return each.reason or each.crash_loop
    often = {0: "", 1: "restarted once, "}.get(each.restarts, f"restarted {each.restarts} times, ")
    return f"{often}last {_moment(each.last_exit_at)}: {each.last_exit}"


def _moment(text: str) -> str:
    """A time without the parts of its seconds."""
    return f"{text[:_SECONDS]}Z" if len(text) > _SECONDS and text.endswith("Z") else text
