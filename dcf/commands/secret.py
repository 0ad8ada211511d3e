"""dcf secret create, update, list and remove. A value goes in and is never shown."""

import sys
from collections.abc import Callable
from typing import Any

import click

from ..errors import InvalidRequest
from ..terminal.examples import examples
from ..terminal.patience import patience
from ..terminal.printing import write_json, write_line
from .options.gateway import client_for, gateway_option, json_option


def _value_options(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Add the ways a value comes in."""
    for option in (
        click.option("--trim/--no-trim", default=True, help="Cut blanks around text. [default]"),
        click.option("--from-file", type=click.Path(), help="The value is this file's content."),
        click.option("--from-literal", help="The value itself; shells keep it in their history."),
    ):
        verb = option(verb)
    return verb


@examples(
    "printf %s word | dcf secret create token",
    "dcf secret create token --from-file token.txt",
)
@click.command()
@click.argument("name")
@_value_options
@gateway_option
def create(name: str, gateway: str, **source: Any) -> None:  # noqa: ANN401 - click's
    """Keep a new secret; its value comes from stdin unless a flag gives it."""
    value, client = _value(**source), client_for(gateway)
    with patience(f"waiting for {client.address}"):
        client.put_secret(name, value, replace=False)
    write_line(f"Created secret: {name}")


@examples(
    "dcf secret update token --from-file token.txt",
)
@click.command()
@click.argument("name")
@_value_options
@gateway_option
def update(name: str, gateway: str, **source: Any) -> None:  # noqa: ANN401 - click's
    """Change a secret; functions that use it read the new value."""
    value, client = _value(**source), client_for(gateway)
    with patience(f"waiting for {client.address}"):
        client.put_secret(name, value, replace=True)
    write_line(f"Updated secret: {name}")


@examples(
    "dcf secret list",
    "dcf secret list --json",
)
@click.command()
@json_option
@gateway_option
def list_secrets(as_json: bool, gateway: str) -> None:
    """List the secrets' names."""
    client = client_for(gateway)
    with patience(f"waiting for {client.address}"):
        names = client.secrets()
    if as_json:
        write_json(names)
        return
    for name in names:
        write_line(name)


@examples(
    "dcf secret remove token",
)
@click.command()
@click.argument("name")
@gateway_option
def remove(name: str, gateway: str) -> None:
    """Forget a secret."""
    client = client_for(gateway)
    with patience(f"waiting for {client.address}"):
        client.delete_secret(name)
    write_line(f"Removed secret: {name}")


def _value(*, from_literal: str | None, from_file: str | None, trim: bool) -> bytes:
    if from_literal is not None and from_file is not None:
        raise click.UsageError("--from-literal and --from-file exclude each other")
    if from_literal is not None:
        value = from_literal.encode()
    elif from_file is not None:
        value = _content(from_file)
    elif sys.stdin.isatty():
        value = click.prompt("Value", hide_input=True, err=True).encode()
    else:
        value = sys.stdin.buffer.read()
    value = _trimmed(value) if trim else value
    if not value:
        raise InvalidRequest("the secret's value is empty: give it on stdin, or name a file")
    return value


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as opened:  # noqa: PTH123 - as light as the other verbs
            return opened.read()
    except OSError as fault:
        raise InvalidRequest(f"{path} cannot be read: {fault.strerror}") from fault


def _trimmed(value: bytes) -> bytes:
    """Without the newline an editor or `echo` leaves; what is no text stays as it is."""
    try:
        return value.decode().strip().encode()
    except UnicodeDecodeError:
        return value
