"""The option every verb that speaks to a gateway has, and the client it leads to."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from dcf.client import DEFAULT_ADDRESS, choose_address, connect
from dcf.client.base import GatewayClient

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


def gateway_option(verb: _Decorated) -> _Decorated:
    """Add `--gateway`/`-g`; also taken from the group, as in `dcf function -g ADDRESS list`."""
    return click.option(
        "--gateway",
        "-g",
        default="",
        help=f"http(s)://host:port for REST, host:port for gRPC. [default: {DEFAULT_ADDRESS}]",
    )(verb)


def config_option(verb: _Decorated) -> _Decorated:
    """Add `--config`/`-f`."""
    return click.option("--config", "-f", default="", help="The functions' config file.")(verb)


def client_for(flag: str, from_file: str = "") -> GatewayClient:
    """The gateway that flags, config file and environment choose."""
    group = click.get_current_context().find_object(str) or ""
    return connect(choose_address(flag or group, from_file, os.environ))
