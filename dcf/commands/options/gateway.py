"""The options verbs that speak to a gateway share, and the client they lead to."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ...client import DEFAULT_ADDRESS, choose_address, connect
from ...client.base import GatewayClient

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])
_COMPLETION_SECONDS = 1.0
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def gateway_option(verb: _Decorated) -> _Decorated:
    """Add `--gateway`/`-g`; also taken from the group, as in `dcf function -g ADDRESS list`."""
    return click.option(
        "--gateway",
        "-g",
        default="",
        help=f"http(s)://host:port for REST, host:port for gRPC. [default: {DEFAULT_ADDRESS}]",
    )(verb)


def unused_gateway_option(verb: _Decorated) -> _Decorated:
    """Take `--gateway` where the original takes it and nothing is asked of a gateway."""
    return click.option("--gateway", "-g", expose_value=False, hidden=True)(verb)


def config_option(verb: _Decorated) -> _Decorated:
    """Add `--config`/`-f`."""
    return click.option(
        "--config", "-f", type=click.Path(), default="", help="The functions' config file."
    )(verb)


def home_option(verb: _Decorated) -> _Decorated:
    """Add `--home`, for verbs that work on the state of a gateway that is stopped."""
    return click.option(
        "--home",
        envvar="DCF_HOME",
        type=click.Path(path_type=Path, file_okay=False, resolve_path=True),
        default=lambda: Path("~/.dcf").expanduser(),
        show_default="~/.dcf",
        help="Folder of the gateway's state.",
    )(verb)


def allow_outside_option(verb: _Decorated) -> _Decorated:
    """Add `--allow-outside`."""
    return click.option(
        "--allow-outside",
        is_flag=True,
        help="Pack also what lies outside the config file's folder, and what links lead to.",
    )(verb)


def json_option(verb: _Decorated) -> _Decorated:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Write JSON.")(verb)


def name_argument(verb: _Decorated) -> _Decorated:
    """Add the function's name, which a shell completes from the gateway's list."""
    return click.argument("name", shell_complete=complete_names)(verb)


def address_for(flag: str, from_file: str = "") -> str:
    """The gateway that flags, config file and environment choose."""
    group = click.get_current_context().find_object(str) or ""
    return choose_address(flag or group, from_file, os.environ)


def client_for(flag: str, from_file: str = "") -> GatewayClient:
    """A client of that gateway."""
    return connect(address_for(flag, from_file))


def complete_names(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """The gateway's functions that begin so; none when it does not answer at once."""
    from click.shell_completion import CompletionItem

    # No verb has run while a line is completed, so a group has not handed its option on either.
    group = ctx.parent.params.get("gateway") if ctx.parent else ""
    address = choose_address(ctx.params.get("gateway") or group or "", "", os.environ)
    try:
        found = connect(address, _COMPLETION_SECONDS).functions()
    except Exception:  # pylint: disable=broad-exception-caught # a shell's prompt is no place for errors
        return []
    # A shell puts them on the command line as they are, so only plain names are offered.
    names = [each.name for each in found if _PLAIN.fullmatch(each.name)]
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
