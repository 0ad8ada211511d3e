"""dcf function rollback."""

import time

import click

from ..release.waiting import wait_for_rollout
from ..terminal.examples import examples
from ..terminal.printing import say
from ..terminal.waiting_line import WaitingLine
from .options.gateway import client_for, gateway_option, name_argument
from .options.numbers import Whole


@examples(
    "dcf function rollback hello",
    "dcf function rollback hello 3",
)
@click.command()
@name_argument
@click.argument("revision", type=Whole(1), required=False)
@gateway_option
def rollback(name: str, revision: int | None, gateway: str) -> None:
    """Go back to a revision, by default the one that served before; wait until it serves."""
    client = client_for(gateway)
    with WaitingLine(f"asking for {name}"):
        begun = client.rollback(name, revision)
    back = "the revision before" if revision is None else f"revision {revision}"
    say(f"Rolling back: {name} to {back}, as revision {begun.number} ...")
    began = time.monotonic()
    wait_for_rollout(client, name)
    say(f"Function {name} serves {begun.image} again after {time.monotonic() - began:.1f} s.")
