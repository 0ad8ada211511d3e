"""dcf function info."""

import click

from dcf.commands.gateway_option import client_for, config_option, gateway_option


@click.command()
@click.argument("name")
@config_option
@gateway_option
def info(name: str, config: object, gateway: str) -> None:  # noqa: ARG001 # pylint: disable=unused-argument # -f is taken and, as in the original, not read
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
