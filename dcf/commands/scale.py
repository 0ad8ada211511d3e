"""dcf function scale."""

import click

from ..terminal.examples import examples
from ..terminal.printing import write_line
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
    """Set how many replicas a function has; they start and end in the background."""
    with WaitingLine(f"asking for {name}"):
        client_for(gateway).scale(name, replicas)
    write_line(f"Scaled: {name} to {replicas} {'replica' if replicas == 1 else 'replicas'}")
