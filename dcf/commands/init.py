"""dcf function init."""

import re
from pathlib import Path

import click

from dcf.errors import InvalidRequest
from dcf.templates import copy_template, find_template

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


@click.command()
@click.argument("name", required=False)
@click.option("--runtime", "-r", required=True, help="See `dcf runtime list`.")
@click.option(
    "--config", "-f", default="config.yaml", help="Name of the config file.", show_default=True
)
@click.option(
    "--dir", "-d", "directory", default="./src", help="The handler's folder.", show_default=True
)
def init(name: str | None, runtime: str, config: str, directory: str) -> None:
    """Make a new function's folder from a runtime's template."""
    if not name:
        raise InvalidRequest("please provide a name for the function")
    if _NAME.fullmatch(name) is None:
        raise InvalidRequest("function name can only contain a-z, 0-9 and dashes")
    folder = Path(name)
    if folder.exists():
        raise InvalidRequest(f"folder: {name} already exists")
    gateway = _gateway_of(Path(config), name)
    source = folder / directory
    copy_template(find_template(runtime), source)
    file = folder / config
    file.write_text(_config(name, runtime, directory, gateway), encoding="utf-8")
    file.chmod(0o600)
    shown = source.as_posix()
    click.echo(f"Directory: {name} is created.")
    click.echo(f"Function handler created in directory: {shown}")
    click.echo(f"Rewrite the function handler code in {shown} directory")
    click.echo(f"Config file written: {config}")


def _gateway_of(existing: Path, name: str) -> str:
    """The gateway of a config file in the current folder; a name it already has is refused."""
    from dcf.client import DEFAULT_ADDRESS

    if not existing.is_file():
        return DEFAULT_ADDRESS
    from dcf.config import load

    loaded = load(existing)
    if name in {each.name for each in loaded.functions}:
        raise InvalidRequest(f"Function {name} already exists in {existing} file.")
    return loaded.gateway or DEFAULT_ADDRESS


def _config(name: str, runtime: str, directory: str, gateway: str) -> str:
    import yaml

    function = {
        "runtime": runtime,
        "desc": "",
        "maintainer": "",
        "handler": {"dir": directory, "file": "handler.py", "name": "Handler"},
        "limits": {"memory": "", "cpu": "", "gpu": ""},
    }
    return yaml.safe_dump(
        {"functions": {name: function}, "dcf": {"gateway": gateway}}, sort_keys=False
    )
