"""dcf function log."""

import click

from dcf.commands.gateway_option import client_for, gateway_option


@click.command()
@click.argument("name")
@gateway_option
def log(name: str, gateway: str) -> None:
    """Print what a function's replicas wrote."""
    click.echo(client_for(gateway).log(name), nl=False)
