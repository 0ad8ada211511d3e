"""dcf function init."""

import os
import shutil
from pathlib import Path, PurePosixPath
from typing import Any, cast

import click

from ..errors import InvalidRequest
from ..function_name import MAX_NAME, is_function_name
from ..templates import OWN_FOLDER, Template, copy_template, find_template, templates
from ..terminal.examples import examples
from ..terminal.printing import write_line
from .options.gateway import unused_gateway_option

_FOLDERS = ("dir", "include", "exclude")


def _complete(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    return [each.name for each in templates() if each.name.startswith(incomplete)]


@examples(
    "dcf function init -r python3 hello",
    "dcf function init -r python3-detection people",
)
@click.command()
@click.argument("name", required=False)
@click.option(
    "--runtime", "-r", required=True, help="See `dcf runtime list`.", shell_complete=_complete
)
@click.option(
    "--config", "-f", default="config.yaml", help="Name of the config file.", show_default=True
)
@click.option(
    "--dir", "-d", "directory", default="./src", help="The handler's folder.", show_default=True
)
@unused_gateway_option
def init(name: str | None, runtime: str, config: str, directory: str) -> None:
    """Make a new function's folder from a runtime's template.

    Functions of a config file in this folder are taken into the new one, too.
    """
    if not name:
        raise InvalidRequest("please provide a name for the function")
    if not is_function_name(name):
        raise InvalidRequest(
            "function name can only contain a-z, 0-9 and dashes, none of them first or last, "
            f"and has at most {MAX_NAME} characters"
        )
    folder = Path(name)
    if folder.exists():
        raise InvalidRequest(f"folder: {name} already exists")
    if Path(directory).is_absolute() or ".." in Path(directory).parts:
        raise InvalidRequest(f"--dir {directory} must lie in the function's own folder")
    if Path(config).name != config:
        raise InvalidRequest(f"--config {config} must be a file's name, without a folder")
    template = find_template(runtime, OWN_FOLDER)
    functions, gateway = _existing(Path(config), name)
    functions[name] = _entry(template, runtime, directory)
    source = folder / directory
    try:
        copy_template(template, folder, source)
        _write(folder / config, {"functions": functions, "dcf": {"gateway": gateway}})
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # half a folder could not be made again
        raise
    write_line(f"Directory: {name} is created.")
    write_line(f"Function handler created in directory: {source.as_posix()}")
    write_line(f"Rewrite the function handler code in {source.as_posix()} directory")
    write_line(f"Config file written: {config}")


def _existing(config: Path, name: str) -> tuple[dict[str, Any], str]:
    """Functions and gateway of a config file in this folder, as seen from the new one below."""
    from ..client import DEFAULT_ADDRESS

    if not config.is_file():
        return {}, DEFAULT_ADDRESS
    from ..config import load
    from ..config_table import read_yaml

    loaded = load(config)
    if name in {each.name for each in loaded.functions}:
        raise InvalidRequest(f"Function {name} already exists in {config} file.")
    raw = cast("dict[str, dict[str, dict[str, Any]]]", read_yaml(config, []))["functions"]
    entries = {str(key): _from_below(value or {}) for key, value in raw.items()}
    return entries, loaded.gateway or DEFAULT_ADDRESS


def _from_below(entry: dict[str, Any]) -> dict[str, Any]:
    """A function's entry with its paths as they are seen from a folder below."""
    handler = {"dir": "./src", **(entry.get("handler") or {})}
    for key in _FOLDERS:
        if isinstance(handler.get(key), str):
            handler[key] = _up(handler[key])
        elif handler.get(key):
            handler[key] = [_up(str(each)) for each in handler[key]]
    moved = {**entry, "handler": handler}
    if files := entry.get("environment_file"):
        moved["environment_file"] = [_up(str(each)) for each in files]
    return moved


def _up(path: str) -> str:
    return PurePosixPath("..", path).as_posix()


def _entry(template: Template, runtime: str, directory: str) -> dict[str, Any]:
    handler = {"dir": directory, "file": "handler.py", "name": "Handler"}
    given = dict(template.defaults)
    handler |= given.pop("handler", {})
    return {
        "runtime": runtime,
        "desc": "",
        "maintainer": "",
        "handler": handler,
        "limits": {"memory": "", "cpu": "", "gpu": ""},
        **given,
    }


def _write(file: Path, content: dict[str, Any]) -> None:
    from ..yaml_dump import dump

    text = dump(content)
    # Its owner's alone from the first byte on: an environment may hold what is not for others.
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(text)
