"""dcf function ready."""

import click

from ..release.waiting import wait_for_calls
from ..terminal.examples import examples
from ..terminal.printing import write_line
from .options.gateway import client_for, gateway_option, name_argument
from .options.numbers import Number


@examples(
    "dcf function ready hello",
    "dcf function ready hello --timeout 120",
)
@click.command()
@name_argument
@click.option("--timeout", type=Number(0), default=60.0, show_default=True, help="Seconds to wait.")
@gateway_option
def ready(name: str, timeout: float, gateway: str) -> None:
    """Wait until a function takes calls; exit 1 with the reason when it will not."""
    found = wait_for_calls(client_for(gateway), name, timeout)
    how = "ready" if found.available else "at zero: its first call starts it"
    write_line(f"Function {name} is {how}.")
