"""dcf gateway token: who may use a gateway beside its one user, by names that can be revoked."""

from pathlib import Path

import click

from ..gateway.access.tokens import ALL, CALL, DEPLOY, FILE, Role, TokenFile
from ..terminal.examples import examples
from ..terminal.printing import write_json, write_line, write_note, write_table
from .options.gateway import home_option, json_option

_tokens_option = click.option(
    "--tokens",
    envvar="DCF_TOKENS",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"File of the tokens. [default: {FILE} in --home]",
)


@examples(
    "dcf gateway token add ci --role deploy",
    "dcf gateway token add camera --role call --tokens /etc/dcf/tokens.json",
)
@click.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([CALL, DEPLOY, ALL]),
    required=True,
    help="What it may do: call functions, use the gateway's own routes, or both.",
)
@_tokens_option
@home_option
def add(name: str, role: Role, tokens: Path | None, home: Path) -> None:
    """Make a token and print it, this once; a gateway that runs takes it at once."""
    made = _file(tokens, home).add(name, role)
    write_line(made)
    write_note("Keep it: only its hash is stored. `dcf login --token` takes it.")


@examples(
    "dcf gateway token list",
    "dcf gateway token list --json",
)
@click.command()
@json_option
@_tokens_option
@home_option
def list_tokens(as_json: bool, tokens: Path | None, home: Path) -> None:
    """List the tokens by name; what they are, nobody knows."""
    found = [(each.name, each.role, each.created_at) for each in _file(tokens, home).tokens()]
    head = ("Name", "Role", "Created")
    if as_json:
        write_json([dict(zip(("name", "role", "created_at"), row, strict=True)) for row in found])
    else:
        write_table(head, found)


@examples(
    "dcf gateway token revoke ci",
)
@click.command()
@click.argument("name")
@_tokens_option
@home_option
def revoke(name: str, tokens: Path | None, home: Path) -> None:
    """Forget a token: from the next request on nobody comes in by it."""
    _file(tokens, home).revoke(name)
    write_line(f"Revoked: {name}")


def _file(named: Path | None, home: Path) -> TokenFile:
    return TokenFile(named or home / FILE)
