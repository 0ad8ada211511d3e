"""What of a function of a config file is packed, and that it lies in that file's folder.

A config file is often somebody else's, and names the gateway that everything is sent to. Whoever
runs it has to say that files outside its folder may go there, too.
"""

import contextlib
from dataclasses import replace
from pathlib import Path

from .archive import Archive, gather, pack
from .config import Config, FunctionConfig, load
from .errors import ConfigError


def free_to_reach_out(config: Config, allowed: bool) -> Config:
    """The same functions, free to reach out of the config file's folder, if that is allowed."""
    functions = tuple(replace(each, allow_outside=allowed) for each in config.functions)
    return replace(config, functions=functions)


def files_of(function: FunctionConfig) -> dict[str, Path]:
    """A function's files by the names that an archive of it gives them.

    Raises:
        ConfigError: Something lies outside the config file's folder, and that is not allowed.
        ArchiveError: Something named is missing, or cannot be named in an archive.
    """
    within = _within(function)
    return gather(function.root, function.entry, function.include, function.exclude, within)


def archive_of(function: FunctionConfig) -> Archive:
    """A function packed; raises as `files_of` does."""
    within = _within(function)
    return pack(function.root, function.entry, function.include, function.exclude, within)


def _within(function: FunctionConfig) -> tuple[Path, ...]:
    """The folders that links may lead to; what is outside must be allowed, or listed above."""
    if function.allow_outside:
        return (Path("/"),)
    listed = _listed_above(function.path) if function.outside else frozenset()
    outside = {text: (function.folder / text).resolve() for text in function.outside}
    if strange := [text for text, path in outside.items() if path not in listed]:
        raise ConfigError(
            f"functions.{function.name}.handler: {', '.join(strange)} lies outside of "
            f"{function.folder.resolve()}: if it shall travel, give --allow-outside to "
            "`dcf function create`, `run` or `build`"
        )
    return (function.folder, *outside.values())


def _listed_above(path: Path) -> frozenset[Path]:
    """What config files of the same name, in folders above, list of their own folders.

    `dcf function init` beside a config file takes its functions into the new one, one folder down.
    """
    found: set[Path] = set()
    for above in path.parent.resolve().parents:
        with contextlib.suppress(ConfigError):
            for each in load(above / path.name).functions:
                texts = (each.entry.directory, *each.include)
                found |= {(each.root / text).resolve() for text in texts}
        found = {place for place in found if place.is_relative_to(above)}
    return frozenset(found)
