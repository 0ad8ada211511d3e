"""dcf function delete."""

import click

from ..errors import DcfError
from ..terminal.examples import examples
from ..terminal.printing import complain, write_line
from ..terminal.waiting_line import WaitingLine
from .options.gateway import client_for, complete_names, config_option, gateway_option


@examples(
    "dcf function delete hello",
    "dcf function delete -f config.yaml",
)
@click.command()
@click.argument("names", nargs=-1, shell_complete=complete_names)
@config_option
@gateway_option
def delete(names: tuple[str, ...], config: str, gateway: str) -> None:
    """Delete functions; with -f alone, every function of the file."""
    from_file = ""
    if config:
        from pathlib import Path

        from ..config import load

        loaded = load(Path(config))
        from_file = loaded.gateway
        names = names or tuple(each.name for each in loaded.functions)
    if not names:
        raise click.UsageError("name a function, or a config file with -f")
    client = client_for(gateway, from_file)
    failed: DcfError | None = None
    for each in names:
        try:
            with WaitingLine(f"deleting {each}"):
                client.delete(each)
        except DcfError as fault:
            fault.message = f"did not delete: {fault.message}"
            if each is names[-1]:
                raise
            failed = fault
            complain(fault.message)
        else:
            write_line(f"Deleted: {each}")
    if failed is not None:
        raise click.exceptions.Exit(failed.exit_code)
