"""dcf function delete."""

import click

from dcf.commands.gateway_option import client_for, config_option, gateway_option


@click.command()
@click.argument("name", required=False)
@config_option
@gateway_option
def delete(name: str | None, config: str, gateway: str) -> None:
    """Delete a function; with -f alone, every function of the file."""
    names, from_file = [name] if name else [], ""
    if config:
        from pathlib import Path

        from dcf.config import load

        loaded = load(Path(config))
        from_file = loaded.gateway
        names = names or [each.name for each in loaded.functions]
    if not names:
        raise click.UsageError("name a function, or a config file with -f")
    client = client_for(gateway, from_file)
    for each in names:
        client.delete(each)
        click.echo(f"Deleted: {each}")
