"""dcf function log."""

import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from ..client.base import GatewayClient, LogRequest
from ..errors import DcfError
from ..terminal.examples import examples
from ..terminal.patience import patience
from ..terminal.printing import write_json_line, write_log_line, write_note, write_text
from .options.gateway import client_for, gateway_option, json_option, name_argument
from .options.numbers import Whole

_AGO = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _since(_ctx: click.Context, _option: click.Parameter, text: str) -> str:
    """RFC 3339 as it is; `10m` and the like become a time that long ago."""
    if not text:
        return ""
    try:
        if ago := _AGO.fullmatch(text):
            return _rfc3339(datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
        return _rfc3339(datetime.fromisoformat(text).astimezone(UTC))
    except (ValueError, OverflowError) as fault:
        raise click.BadParameter(
            f"{text!r} is neither RFC 3339 (2026-01-31T12:00:00Z) nor a time ago (30s, 10m, 2h, 1d)"
        ) from fault


def _rfc3339(time: datetime) -> str:
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")


@examples(
    "dcf function log hello",
    "dcf function log hello --follow --since 10m",
    "dcf function log hello --tail 20 --json",
)
@click.command()
@name_argument
@click.option("--follow", "-f", is_flag=True, help="Stay, and write lines as they come.")
@click.option("--tail", "--lines", type=Whole(-1), default=-1, help="The newest so many.")
@click.option("--since", default="", callback=_since, help="RFC 3339, or 30s, 10m, 2h, 1d ago.")
@click.option("--instance", default="", help="One replica's alone.")
@click.option("--call", default="", metavar="ID", help="One call's alone, with its trace.")
@json_option
@gateway_option
def log(name: str, as_json: bool, gateway: str, **wanted: Any) -> None:  # noqa: ANN401 - click's
    """Print what a function's replicas wrote.

    Without flags, a block of text a replica. With any, a line at a time: JSON objects, or plain
    lines on a terminal.
    """
    request = LogRequest(name, **wanted)
    if not request.tail:  # on the wire 0 means all, as -1 does
        request = request._replace(tail=-1, since=_rfc3339(datetime.now(UTC)))
    try:
        _write(client_for(gateway), request, as_json)
    except DcfError as fault:
        fault.message = f"did not get log: {fault.message}"
        raise


def _write(client: GatewayClient, request: LogRequest, as_json: bool) -> None:
    if request == LogRequest(request.name) and not as_json:
        with patience(f"waiting for {client.address}"):
            text = client.log(request.name)
        write_text(text)
        return
    plain = sys.stdout.isatty() and not as_json
    line = None
    with patience("waiting for lines; Ctrl-C ends it" if request.follow else "waiting for lines"):
        for line in client.logs(request):
            if plain:
                write_log_line(line.timestamp, line.instance, line.text)
            else:
                write_json_line(line._asdict())
    if request.call and line is None:
        write_note(f"no line of the log of {request.name} names the call {request.call}")
