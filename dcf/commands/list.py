"""dcf function list."""

import click

from dcf.commands.gateway_option import client_for, config_option, gateway_option

_ROW = "{:<15}\t{:<20}\t{:<15}\t{:<10}\t{:<10}\t{:<10}\t{:<40}"
_HEAD = ("Function", "Image", "Maintainer", "Invocations", "Replicas", "Status", "Description")


@click.command()
@config_option
@gateway_option
def list_functions(config: str, gateway: str) -> None:
    """List the gateway's functions; with -f only those of the file."""
    wanted: set[str] | None = None
    from_file = ""
    if config:
        from pathlib import Path

        from dcf.config import load

        loaded = load(Path(config))
        wanted, from_file = {each.name for each in loaded.functions}, loaded.gateway
    functions = client_for(gateway, from_file).functions()
    click.echo(_ROW.format(*_HEAD))
    for each in functions:
        if wanted is not None and each.name not in wanted:
            continue
        status = "Ready" if each.available else "Not Ready"
        image = _cut(_without_registry(each.image), 30)
        desc = _cut(each.annotations.get("desc", ""), 40)
        maintainer = each.annotations.get("maintainer", "")
        click.echo(
            _ROW.format(each.name, image, maintainer, each.invocations, each.replicas, status, desc)
        )


def _without_registry(image: str) -> str:
    registry, slash, rest = image.partition("/")
    return f"$(repo)/{rest}" if slash and registry else image


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 2] + ".."
