"""The folders that `dcf function init` copies, one a runtime.

NAME/runtime.yaml   a line on what it is; handler file and name, environment, as in config.yaml
NAME/src/           becomes the handler's folder
NAME/Dockerfile     how its image is built, where that differs from python3's; stays here
NAME/...            everything else goes beside it
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import ConfigError, InvalidRequest

OWN_FOLDER = Path("runtime")  # runtimes of one's own, in the folder a command is given in
_FOLDER = Path(__file__).parent
_ALIASES = {"python": "python3"}  # what DCF's own config files say
_DESCRIPTION = "runtime.yaml"
_DOCKERFILE = "Dockerfile"
_USUAL = "python3"


class Template(NamedTuple):
    """A runtime's folder, and what its config says beyond the usual."""

    name: str
    folder: Path
    summary: str
    defaults: Mapping[str, Any]


def templates(own: Path = OWN_FOLDER) -> list[Template]:
    """The runtimes there are, by name; those of a folder of one's own hide ours.

    Raises:
        ConfigError: A runtime.yaml cannot be used.
    """
    folders: dict[str, Path] = {}
    for place in (_FOLDER, own):
        if place.is_dir():
            folders |= {each.name: each for each in place.iterdir() if (each / "src").is_dir()}
    return [_read(name, folders[name]) for name in sorted(folders)]


def find_template(runtime: str, own: Path = OWN_FOLDER) -> Template:
    """A runtime's template by its name or alias; raises `InvalidRequest`."""
    found = {each.name: each for each in templates(own)}
    name = runtime if runtime in found else _ALIASES.get(runtime, runtime)
    if name not in found:
        raise InvalidRequest(f"Not found runtime:{runtime}; there are {', '.join(found)}")
    return found[name]


def copy_template(template: Template, target: Path, source: Path) -> None:
    """Copy a template to a folder that does not exist yet, its `src` to another one below."""
    leave_out = shutil.ignore_patterns("__pycache__", _DESCRIPTION)
    stays = {"src", _DOCKERFILE}
    shutil.copytree(
        template.folder, target, ignore=lambda place, names: {
            *leave_out(place, names), *(stays if Path(place) == template.folder else ())
        },
    )  # fmt: skip
    shutil.copytree(template.folder / "src", source, ignore=leave_out, dirs_exist_ok=True)


def dockerfile_of(template: Template) -> Path:
    """The Dockerfile that builds a runtime's functions: its own, else that of python3."""
    own = template.folder / _DOCKERFILE
    return own if own.is_file() else _FOLDER / _USUAL / _DOCKERFILE


def _read(name: str, folder: Path) -> Template:
    from ..config_table import read_yaml, tell_once

    file, notes = folder / _DESCRIPTION, list[str]()
    told = read_yaml(file, notes) if file.is_file() else {}
    if not isinstance(told, dict):
        raise ConfigError(f"{file}: must be a map of keys")
    for note in notes:
        tell_once(note)
    return Template(name, folder, str(told.pop("summary", "")), told)
