"""The `dcf` command's entry point."""

from .cli import cli


def main() -> None:
    """Run the command; the exit status is 0, 1 for a failure, 2 for a wrong command line."""
    cli(prog_name="dcf")  # pylint: disable=no-value-for-parameter # click gives the context


if __name__ == "__main__":
    main()
