"""dcf queue replay and drop: what to do with queued calls that failed."""

from collections.abc import Callable

import click

from ..client.base import FailedCall
from ..errors import NotFound
from ..terminal.examples import examples
from ..terminal.patience import patience
from ..terminal.printing import write_line
from .options.gateway import client_for, gateway_option


def _which(verb: Callable[..., None]) -> Callable[..., None]:
    """Add the ways to name failed calls."""
    every = click.option("--all", "every", is_flag=True, help="Every failed call.")
    return click.argument("call_ids", metavar="[CALL_ID]...", nargs=-1)(every(verb))


@examples(
    "dcf queue replay 0b2c9f",
    "dcf queue replay --all",
)
@click.command()
@_which
@gateway_option
def replay(call_ids: tuple[str, ...], every: bool, gateway: str) -> None:
    """Deliver failed calls again, as if they were new; a failed callback is posted again."""
    client = client_for(gateway)
    _each(_named(call_ids, every, client.failed_calls), client.replay_call, "Replayed", every)


@examples(
    "dcf queue drop 0b2c9f",
    "dcf queue drop --all",
)
@click.command()
@_which
@gateway_option
def drop(call_ids: tuple[str, ...], every: bool, gateway: str) -> None:
    """Forget failed calls, bodies and all."""
    client = client_for(gateway)
    _each(_named(call_ids, every, client.failed_calls), client.drop_call, "Dropped", every)


def _named(
    call_ids: tuple[str, ...], every: bool, failed: Callable[[], list[FailedCall]]
) -> list[str]:
    if bool(call_ids) == every:
        raise click.UsageError("name failed calls, or give --all")
    if call_ids:
        return list(dict.fromkeys(call_ids))
    with patience("waiting for the gateway's failed calls"):
        return [each.call_id for each in failed()]


def _each(call_ids: list[str], act: Callable[[str], None], done: str, every: bool) -> None:
    for call_id in call_ids:
        try:
            with patience(f"waiting for the gateway, with {call_id}"):
                act(call_id)
        except NotFound:
            if not every:  # of all, one that somebody else took meanwhile is no failure
                raise
            continue
        write_line(f"{done}: {call_id}")
