"""dcf function scale."""

import contextlib

import click

from ..errors import DcfError
from ..terminal.examples import examples
from ..terminal.printing import write_line, write_note
from ..terminal.waiting_line import WaitingLine
from .options.gateway import client_for, gateway_option, name_argument
from .options.numbers import Whole


@examples(
    "dcf function scale hello 3",
    "dcf function scale hello 0",
)
@click.command()
@name_argument
@click.argument("replicas", type=Whole(0))
@gateway_option
def scale(name: str, replicas: int, gateway: str) -> None:
    """Set how many replicas a function has; they start and end in the background.

    One that scales by its load takes the number as a beginning, and goes on from it.
    """
    from ..scale_labels import policy_in_force

    with WaitingLine(f"asking for {name}"):
        client = client_for(gateway)
        client.scale(name, replicas)
        policy = None
        with contextlib.suppress(DcfError):  # a gateway of another kind; it has scaled all the same
            policy = policy_in_force(client.describe(name).labels)
    write_line(f"Scaled: {name} to {replicas} {'replica' if replicas == 1 else 'replicas'}")
    if policy is not None and (replicas or policy.zero):
        more = f"after {policy.window:g} s" if replicas else "when it is called"
        write_note(f"Note: {name} scales by its load ({policy}): that may change {more}.")
