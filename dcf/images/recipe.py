"""How a function becomes an image: which Dockerfile, which files, which arguments and labels."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ..config import FunctionConfig
from ..errors import ConfigError
from ..packing import files_of
from ..templates import OWN_FOLDER, dockerfile_of, find_template

_OWN = "Dockerfile"
_PACKAGE = re.compile(r"[a-z0-9][a-zA-Z0-9.+:~=/_-]*")
_LABEL = "org.opencontainers.image."
_OF_THE_BASE = ("version", "licenses", "source", "url", "documentation", "base.name", "base.digest")
_GIT_SECONDS = 10


@dataclass(frozen=True)
class Recipe:
    """A Dockerfile, and the folder it is given; None for the function's files alone."""

    dockerfile: Path
    context: Path | None


def recipe_of(function: FunctionConfig) -> Recipe:
    """The function's own Dockerfile, on the config file's folder, else its runtime's.

    Raises:
        ConfigError: The one that is named does not exist.
        InvalidRequest: There is no such runtime.
    """
    own = function.folder / (function.dockerfile or _OWN)
    if own.is_file():
        return Recipe(own, function.folder)
    if function.dockerfile:
        raise ConfigError(
            f"functions.{function.name}.dockerfile: {own} does not exist: create it, or leave the "
            "key out to build with the runtime's"
        )
    # A function that `init` made lies beside the folder of one's own runtimes.
    places = (OWN_FOLDER, function.folder / OWN_FOLDER, function.folder / ".." / OWN_FOLDER)
    runtimes = next((each for each in places if each.is_dir()), OWN_FOLDER)
    return Recipe(dockerfile_of(find_template(function.runtime, runtimes)), None)


@contextmanager
def context_of(function: FunctionConfig, recipe: Recipe) -> Iterator[Path]:
    """The folder to give the builder: as it is, or a copy of what an archive would hold.

    The copies have one time and mode each, so that the same files always give the same layer.
    """
    if recipe.context is not None:
        yield recipe.context
        return
    files = files_of(function)
    with TemporaryDirectory(prefix="dcf-build-") as kept:
        folder = Path(kept, "context")
        for name, file in files.items():
            copy = folder / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
            copy.chmod(0o644)
        for place, _, names in os.walk(folder, topdown=False):
            for each in (*(Path(place, name) for name in names), Path(place)):
                os.utime(each, (0, 0))
            Path(place).chmod(0o755)
        yield folder


def arguments_of(
    function: FunctionConfig, registry: str, given: Mapping[str, str]
) -> dict[str, str]:
    """The build's arguments: what the config file says, over that what a person gave.

    Raises:
        ConfigError: A package of `build_options` cannot be one's name.
    """
    for package in function.build_options:
        if _PACKAGE.fullmatch(package) is None:
            raise ConfigError(
                f"functions.{function.name}.build_options: {package!r} is no name of a Debian "
                "package: write one a line, such as `- libgomp1`"
            )
    entry = function.entry
    return {
        "REGISTRY": registry,
        "ADDITIONAL_PACKAGE": " ".join(function.build_options),
        "HANDLER_DIR": entry.directory.removeprefix("./") or ".",
        "HANDLER_FILE": entry.file,
        "HANDLER_NAME": entry.name,
        "FUNCTION_NAME": function.name,
        **function.build_args,
        **given,
    }


def labels_of(function: FunctionConfig, recipe: Recipe) -> dict[str, str]:
    """What the image says of itself, in the words of the OCI image spec.

    Those that a base image brings along are not the function's: they are emptied, unless a
    Dockerfile of its own may have set them.
    """
    told = {
        "title": function.name,
        "description": function.desc,
        "authors": function.maintainer,
        "revision": _revision(function.folder),
    }
    if recipe.context is not None:
        told = {key: value for key, value in told.items() if value}
    else:
        told |= dict.fromkeys(_OF_THE_BASE, "")
    return {_LABEL + key: value for key, value in told.items()}


def _revision(folder: Path) -> str:
    """The commit that a folder is at, `-dirty` if it has been edited since; empty without git."""
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return ""
    return f"{commit}-dirty" if _git(folder, "status", "--porcelain", "--", ".") else commit


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True, text=True, timeout=_GIT_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
