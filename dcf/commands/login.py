"""dcf login and logout: a gateway's password or token, kept in a file of its owner's alone."""

import base64
import sys

import click

from ..client import connect_as, credentials
from ..errors import DcfError, Forbidden, GatewayRefused, InvalidRequest
from ..terminal.examples import examples
from ..terminal.patience import patience
from ..terminal.printing import write_line, write_note
from .options.gateway import address_for, gateway_option

_SECONDS = 10.0
_TOKEN = "Token"  # noqa: S105 - the word a person is asked for


@examples(
    "dcf login",
    "dcf login -g https://gateway.example -u admin -s < password.txt",
)
@click.command()
@click.option("--username", "-u", default="admin", show_default=True, help="Of the password.")
@click.option("--token", is_flag=True, help="What is read is a bearer token, not a password.")
@click.option("--password-stdin", "-s", is_flag=True, help="Read it from stdin.")
@gateway_option
def login(username: str, token: bool, password_stdin: bool, gateway: str) -> None:
    """Check a password or token with a gateway and keep it for the commands that follow."""
    word = _word(_TOKEN if token else "Password", password_stdin)
    if ":" in username:
        raise click.UsageError("--username has no colon in it")
    pair = base64.b64encode(f"{username}:{word}".encode()).decode()
    authorization = f"Bearer {word}" if token else f"Basic {pair}"
    address = address_for(gateway)
    try:
        with patience(f"waiting for {address}"):
            connect_as(address, authorization, _SECONDS).functions()
    except Forbidden as fault:  # it is known, and may call functions
        write_note(f"Note: {fault.message}")
    except GatewayRefused as fault:
        what = "the token" if token else "either username or password"
        raise GatewayRefused(
            f"unable to login at {address}, {what} is incorrect: {fault.message}"
        ) from fault
    _keep(address, authorization)
    if not address.startswith(("https://", "grpcs://")) and not _is_here(address):
        write_note(f"Warning: {address} is sent it unencrypted; use https:// where it is served.")
    write_line(f"Credentials kept for {address} in {credentials.place()}")


@examples(
    "dcf logout",
    "dcf logout -g https://gateway.example",
)
@click.command()
@gateway_option
def logout(gateway: str) -> None:
    """Forget what is kept for a gateway."""
    address = address_for(gateway)
    if not credentials.forget(address):
        raise InvalidRequest(f"no credentials are kept for {address}")
    write_line(f"Credentials removed for {address}")


def _keep(address: str, authorization: str) -> None:
    try:
        credentials.keep(address, authorization)
    except DcfError as fault:
        fault.message = f"logged in, but {fault.message}"
        raise


def _word(what: str, from_stdin: bool) -> str:
    if not from_stdin and sys.stdin.isatty():
        return str(click.prompt(what, hide_input=True, err=True))
    if not from_stdin:
        raise click.UsageError("stdin is no terminal: read it from there with -s/--password-stdin")
    word = sys.stdin.read().strip()
    if not word or not word.isprintable():
        raise InvalidRequest(f"the {what.lower()} on stdin is empty, or more than one line")
    if what == _TOKEN and not word.isascii():
        raise InvalidRequest("the token on stdin has characters that no token has")
    return word


def _is_here(address: str) -> bool:
    place = address.removeprefix("http://")
    return place.startswith(("127.", "localhost:", "[::1]")) or place == "localhost"
