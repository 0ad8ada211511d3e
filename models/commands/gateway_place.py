"""Which function of which gateway: options that verbs share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from ..delivery.function import Function

_Verb = TypeVar("_Verb", bound=Callable[..., None])


def function_options(verb: _Verb) -> _Verb:
    """Adds ``--function`` and ``--gateway`` to a verb, which gets them by these names."""
    verb = click.option(
        "--gateway",
        "-g",
        default="",
        help="http(s)://host:port; also DCF_GATEWAY.  [default: http://127.0.0.1:8080]",
    )(verb)
    return click.option(
        "--function", "name", default="ssd", show_default=True, help="The deployed function."
    )(verb)


def open_function(name: str, gateway: str) -> "Function":
    """Finds it; nothing is asked of the gateway yet."""
    from ..delivery.connection import Connection
    from ..delivery.credentials import authorization_for, choose_address
    from ..delivery.function import Function

    address = choose_address(gateway)
    return Function(Connection(address, authorization_for(address)), name)
