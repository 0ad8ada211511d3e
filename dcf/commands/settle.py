"""dcf function promote, dcf function abandon."""

import time

import click

from ..client.base import GatewayClient, Revision
from ..release.waiting import wait_for_rollout
from ..terminal.examples import examples
from ..terminal.printing import say
from ..terminal.waiting_line import WaitingLine
from .options.gateway import client_for, gateway_option, name_argument


@examples("dcf function promote hello")
@click.command()
@name_argument
@gateway_option
def promote(name: str, gateway: str) -> None:
    """Let a canary or shadow take over at once, whatever the verdict; wait until it serves."""
    client = client_for(gateway)
    settled = _settle(client, name, keep=True)
    say(f"Promoting: revision {settled.number} of {name} ...")
    began = time.monotonic()
    wait_for_rollout(client, name)
    seconds = time.monotonic() - began
    say(f"Function {name} serves {settled.image} after {seconds:.1f} s.")


@examples("dcf function abandon hello")
@click.command()
@name_argument
@gateway_option
def abandon(name: str, gateway: str) -> None:
    """End a canary or shadow at once; what served goes on serving."""
    settled = _settle(client_for(gateway), name, keep=False)
    say(f"Abandoned: revision {settled.number} of {name} is drained; what served serves on.")


def _settle(client: GatewayClient, name: str, *, keep: bool) -> Revision:
    with WaitingLine(f"asking for {name}"):
        return client.settle(name, keep=keep)
