"""dcf function history."""

import click

from ..client.base import Revision
from ..terminal.examples import examples
from ..terminal.patience import patience
from ..terminal.printing import write_json, write_table
from .options.gateway import client_for, gateway_option, json_option, name_argument

_HEAD = ("Revision", "Status", "Deployed", "By", "Image", "Reason")
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
    """List a function's revisions, newest first: digest, time, who, and how it went."""
    client = client_for(gateway)
    with patience(f"waiting for {client.address}"):
        revisions = client.history(name)
    if as_json:
        write_json([each._asdict() for each in revisions])
        return
    write_table(_HEAD, [_row(each) for each in revisions])


def _row(each: Revision) -> tuple[str, ...]:
    status = "serving" if each.serving else each.rollout
    image = each.image if len(each.image) <= _IMAGE else each.image[: _IMAGE - 2] + ".."
    return str(each.number), status, each.deployed_at, each.by or "-", image, each.reason
