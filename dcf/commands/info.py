"""dcf function info."""

import click

from dcf.commands.gateway_option import client_for, gateway_option


@click.command()
@click.argument("name")
@click.option("--config", "-f", expose_value=False, help="Taken, and as in the original not read.")
@gateway_option
def info(name: str, gateway: str) -> None:
    """Describe a function, in YAML."""
    import yaml

    found = client_for(gateway).describe(name)
    fields = {
        "name": found.name,
        "image": found.image,
        "invocationcount": found.invocations,
        "replicas": found.replicas,
        "annotations": dict(found.annotations),
        "availablereplicas": found.available,
        "labels": dict(found.labels),
    }
    click.echo(yaml.safe_dump(fields, sort_keys=False), nl=False)
