"""`python -m watcher`: flags and environment to one settings value, then the life of a process."""

import argparse
import os
import sys
from collections.abc import Sequence

from . import config
from .errors import SettingError
from .settings import SETTINGS


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a function process.

    Args:
        argv: flags; those of the command line when None.

    Returns:
        The exit code: 2 for a wrong setting, else the process' own.
    """
    flags = {name: text for name, text in vars(_parser().parse_args(argv)).items() if text}
    try:
        settings = config.read(flags, os.environ)
        from . import app  # after the settings: a wrong one is told at once

        return app.serve(settings)
    except SettingError as error:
        print(f"watcher: {error.message}", file=sys.stderr)  # noqa: T201 - no log is set up yet
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m watcher",
        description="Loads a handler once and serves it over HTTP and gRPC.",
        epilog="Every flag is also an environment variable of the same name in capitals.",
        allow_abbrev=False,
    )
    for row in SETTINGS:
        parser.add_argument(
            row.flag,
            dest=row.name,
            metavar=row.kind.upper(),
            help=f"{row.help} Default {row.default or 'empty'}; {row.allowed}.",
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
