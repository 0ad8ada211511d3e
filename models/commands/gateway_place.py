"""Which function of which gateway: options that verbs share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from ..delivery.function import Function

_Verb = TypeVar("_Verb", bound=Callable[..., None])


FUNCTION = "ssd"
"""The function that is meant where none is named."""

_gateway = click.option(
    "--gateway",
    "-g",
    default="",
    help="http(s)://host:port; also DCF_GATEWAY.  [default: http://127.0.0.1:8080]",
)


def function_options(verb: _Verb) -> _Verb:
    """Adds ``--function`` and ``--gateway`` to a verb, which gets them as name and gateway."""
    return click.option(
        "--function", "name", default=FUNCTION, show_default=True, help="The deployed function."
    )(_gateway(verb))


def serving_options(verb: _Verb) -> _Verb:
    """Adds the same to a verb that asks a gateway only where one of them is given."""
    return click.option(
        "--function",
        "name",
        default="",
        help="Hold it against what this function serves.  [with --gateway: ssd]",
    )(_gateway(verb))


def open_function(name: str, gateway: str) -> "Function":
    """Finds it; nothing is asked of the gateway yet."""
    from ..delivery.connection import Connection
    from ..delivery.credentials import authorization_for, choose_address
    from ..delivery.function import Function

    address = choose_address(gateway)
    return Function(Connection(address, authorization_for(address)), name)
