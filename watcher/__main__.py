"""`python -m watcher`: flags and environment to one settings value, then the life of a process."""

import faulthandler
import gc
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .configuration import config
from .configuration.settings import SETTINGS
from .errors import SettingError

if TYPE_CHECKING:
    import argparse

_SHOWN = 60


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a function process.

    Args:
        argv: flags; those of the command line when None.

    Returns:
        The exit code: 2 for a wrong setting, else the process' own.
    """
    # What is made while loading mostly stays: looking for cycles in it costs a tenth of the start.
    # `app` turns the collector on again once the function is built.
    gc.disable()
    given = sys.argv[1:] if argv is None else argv
    if "--version" in given:
        print(_versions())  # noqa: T201 - what was asked for
        return 0
    try:
        settings = config.read(_flags(given), os.environ)
        from . import app  # after the settings: a wrong one is reported at once

        return app.serve(settings)
    except SettingError as error:
        print(f"watcher: {error.message}", file=sys.stderr)  # noqa: T201 - no log is set up yet
        return error.exit_code


def _versions() -> str:
    import platform
    from importlib import metadata  # reads packages' files and costs 20 ms: only when asked

    told = []
    for name, distribution in (("watcher", "dcf-detect"), ("gRPC", "grpcio")):
        try:
            told.append(f"{name} {metadata.version(distribution)}")
        except metadata.PackageNotFoundError:  # run from a plain copy
            told.append(f"{name} unknown")
    return ", ".join((*told, f"Python {platform.python_version()}"))


def _flags(argv: Sequence[str]) -> Mapping[str, str]:
    if not argv:
        return {}  # a platform sets the environment, and need not wait for a parser of flags
    parser = _parser()
    read, unknown = parser.parse_known_args(argv)
    if unknown:
        raise SettingError(_unknown(unknown[0], [row.flag for row in SETTINGS]))
    return {name: text for name, text in vars(read).items() if text}


def _unknown(given: str, flags: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(given.partition("=")[0][:_SHOWN], flags, 1)
    hint = f"did you mean {near[0]}?" if near else "see python -m watcher --help"
    return f"unknown flag {given[:_SHOWN]}: {hint}"


def _parser() -> "argparse.ArgumentParser":
    import argparse

    parser = argparse.ArgumentParser(
        prog="python -m watcher",
        description="Loads a handler once and serves it over HTTP and gRPC, or answers files.",
        epilog="Every flag is also an environment variable of the same name in capitals.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="Print the versions, and end.")
    for row in SETTINGS:
        # What can be true is, when nothing stands behind it: `--batch`.
        alone: dict[str, Any] = {"nargs": "?", "const": "true"} if row.can_be_true else {}
        parser.add_argument(
            row.flag,
            dest=row.name,
            metavar=row.kind.upper(),
            **alone,
            help=f"{row.help} Default {row.default or 'empty'}; {row.allowed}.",
        )
    return parser


if __name__ == "__main__":
    # Compiled code that fails ends the process: where the handler was is written before that.
    faulthandler.enable(all_threads=False)
    sys.exit(main())
