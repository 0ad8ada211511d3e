"""dcf function call."""

import os
import re
import stat
import sys
from collections.abc import Iterator
from itertools import chain
from typing import Any
from urllib.parse import quote, urlencode

import click

from ..client.base import Invocation
from ..errors import InvalidRequest
from ..terminal.examples import examples
from ..terminal.output_failures import cannot_write
from ..terminal.patience import patience
from ..terminal.printing import write_line, write_note, write_pieces
from .options.gateway import client_for, gateway_option, name_argument

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
_IN_PATHS = "/%:@!$&'()*+,;=~"  # what is escaped already stays as it is
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})


@examples(
    "echo world | dcf function call hello",
    "dcf function call ssd --file photo.jpg --query threshold=0.3",
    "dcf function call ssd --file photo.jpg -H 'Accept: image/jpeg' -o boxes.jpg",
    "dcf function call hello --async --callback http://127.0.0.1:9000/done < body.txt",
)
@click.command()
@name_argument
@click.option(
    "--file", "file", type=click.Path(), help="Send this file; - is stdin. [default: stdin]"
)
@click.option("--query", multiple=True, metavar="KEY=VALUE", help="Put into the query; repeatable.")
@click.option("--header", "-H", multiple=True, metavar="NAME: VALUE", help="Send; repeatable.")
@click.option("--method", "-m", type=click.Choice(_METHODS, case_sensitive=False), default="POST")
@click.option("--path", default="", help="What follows the function's name.")
@click.option(
    "--output", "-o", type=click.Path(), help="Write the answer to this file. [default: stdout]"
)
@click.option("--async", "-a", "later", is_flag=True, help="Queue the call; prints its call id.")
@click.option("--callback", metavar="URL", help="With --async: where the answer is posted.")
@gateway_option
def call(name: str, gateway: str, **given: Any) -> None:  # noqa: ANN401 - click's
    """Call a function: stdin or a file goes in as it is, the answer comes out as it is."""
    later, callback, output = given.pop("later"), given.pop("callback"), given.pop("output")
    if callback and not later:
        raise click.UsageError("--callback needs --async")
    invocation = _invocation(name, callback, **given)
    client = client_for(gateway)
    if later:
        with patience(f"waiting for {client.address}"):
            call_id = client.call_later(invocation)
        write_line(call_id)
        write_note("Function submitted asynchronously.")
        return
    _write(client.stream(invocation), output, f"waiting for the answer of {name}")


def _invocation(  # noqa: PLR0913 # pylint: disable=too-many-arguments # one a flag
    name: str,
    callback: str | None,
    *,
    file: str | None,
    query: tuple[str, ...],
    header: tuple[str, ...],
    method: str,
    path: str,
) -> Invocation:
    pairs = [_parameter(each) for each in query]
    headers = [_header(each) for each in header]
    if callback:
        headers.append(_header(f"X-Callback-Url: {callback}"))
    body = b"" if file is None and method in _WITHOUT_BODY else _body(file)
    slashed = path if not path or path.startswith("/") else f"/{path}"
    return Invocation(
        name, body, method, quote(slashed, safe=_IN_PATHS), urlencode(pairs), tuple(headers)
    )


def _parameter(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark or not name:
        raise click.UsageError(f"--query takes name=value, got {text!r}")
    return name, value


def _header(text: str) -> tuple[str, str]:
    name, mark, value = (part.strip() for part in text.partition(":"))
    if not mark or _HEADER.fullmatch(name) is None:
        raise click.UsageError(f"--header takes name:value, got {text!r}")
    if not value.isascii() or not value.isprintable():
        raise click.UsageError(f"--header takes one line of ASCII as value, got {value!r}")
    return name, value


def _body(file: str | None) -> bytes:
    if file not in {None, "-"}:
        try:
            with open(str(file), "rb") as opened:  # noqa: PTH123 - pathlib takes 5 ms of a call
                return opened.read()
        except OSError as fault:
            raise InvalidRequest(f"{file} cannot be read: {fault.strerror}") from fault
    if stat.S_ISCHR(os.fstat(sys.stdin.fileno()).st_mode):
        write_note("Reading from STDIN - hit (Control + D) to stop.")
    return sys.stdin.buffer.read()


def _write(answer: Iterator[bytes], output: str | None, doing: str) -> None:
    """Write an answer as it comes, so that it may have any size."""
    with patience(doing):
        first = next(answer, b"")  # a call that fails leaves the file as it was
    if output in {None, "-"}:
        write_pieces(chain([first], answer))
        return
    try:
        with patience(f"writing {output}"), open(str(output), "wb") as opened:  # noqa: PTH123 - likewise
            opened.writelines(chain([first], answer))
    except OSError as fault:
        raise InvalidRequest(cannot_write(str(output), fault.errno or 0)) from fault
