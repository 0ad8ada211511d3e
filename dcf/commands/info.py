"""dcf function info."""

import click

from ..client.base import Function
from ..terminal.examples import examples
from ..terminal.patience import patience
from ..terminal.printing import write_json, write_text
from .options.gateway import client_for, gateway_option, json_option, name_argument


@examples(
    "dcf function info hello",
    "dcf function info hello --json",
)
@click.command()
@name_argument
@click.option("--config", "-f", expose_value=False, help="Taken, and as in the original not read.")
@json_option
@gateway_option
def info(name: str, as_json: bool, gateway: str) -> None:
    """Describe a function, in YAML or JSON."""
    client = client_for(gateway)
    with patience(f"waiting for {client.address}"):
        found = fields(client.describe(name))
    if as_json:
        write_json(found)
        return
    from ..yaml_dump import dump

    write_text(dump(found))


def fields(function: Function) -> dict[str, object]:
    """A function in the keys and the order of the original."""
    return {
        "name": function.name,
        "image": function.image,
        "invocationcount": function.invocations,
        "replicas": function.replicas,
        "annotations": dict(function.annotations),
        "availablereplicas": function.available,
        "labels": dict(function.labels),
    }
