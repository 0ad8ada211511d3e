"""The `dcf` command's entry point."""

import sys

from .cli import cli
from .terminal.output_failures import open_closed_streams, words_of


def main() -> None:
    """Run the command; the exit status is 0, 1 for a failure, 2 for a wrong command line."""
    open_closed_streams()
    try:
        cli(prog_name="dcf")  # pylint: disable=no-value-for-parameter # click gives the context
    except OSError as fault:
        words = words_of(fault)
        if words is None:
            raise
        sys.exit(f"Error: {words}")


if __name__ == "__main__":
    main()
