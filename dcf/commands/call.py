"""dcf function call."""

import os
import stat
import sys

import click

from dcf.commands.gateway_option import client_for, gateway_option


@click.command()
@click.argument("name")
@gateway_option
def call(name: str, gateway: str) -> None:
    """Call a function: stdin goes in as it is, the answer comes out as it is."""
    if stat.S_ISCHR(os.fstat(sys.stdin.fileno()).st_mode):
        click.echo("Reading from STDIN - hit (Control + D) to stop.", err=True)
    body = sys.stdin.buffer.read()
    answer = client_for(gateway).call(name, body)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
