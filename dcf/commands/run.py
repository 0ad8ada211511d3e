"""dcf function run: one function in the foreground, without a gateway."""

import asyncio
import contextlib
import os
import signal
import stat
import threading
from dataclasses import replace
from pathlib import Path

import click

from ..client.connection import Connection, Exchange
from ..client.rest_wire import words_of
from ..config import FunctionConfig, load
from ..errors import DcfError, FunctionFailed, RolloutFailed
from ..local_run.local_function import LocalFunction, running
from ..local_run.sources import Sources
from ..local_run.stable_proxy import StableProxy
from ..packing import free_to_reach_out
from ..providers.placement import FAILED, FunctionState
from ..terminal.examples import examples
from ..terminal.patience import patience
from ..terminal.printing import complain, say, write_bytes, write_note, write_text
from ..terminal.warnings_shown import show_warnings
from .options.config_files import find, function_of
from .options.gateway import allow_outside_option, config_option, unused_gateway_option
from .options.numbers import Whole

_HOST = "127.0.0.1"
_BINARY = {"Content-Type": "application/octet-stream"}
_CHUNK = 1 << 16
_SHOWN = 1000  # characters of a request
_MAX_ANSWER = 1 << 30


@examples(
    "dcf function run",
    "echo world | dcf function run hello -f config.yaml",
    "dcf function run --port 9090 --secrets secrets",
)
@click.command()
@click.argument("name", required=False)
@config_option
@click.option("--port", type=Whole(0, 65535), default=0, help="HTTP. [default: a free one]")
@click.option("--serve", is_flag=True, help="Serve even when stdin is a pipe or a file.")
@click.option(
    "--secrets",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with a file for each secret the function wants.",
)
@allow_outside_option
@unused_gateway_option
def run(  # pylint: disable=too-many-arguments # one a flag
    *,
    name: str | None,
    config: str,
    port: int,
    serve: bool,
    secrets: Path | None,
    allow_outside: bool,
) -> None:
    """Serve one function here, from its files, until Ctrl-C; edits are taken over.

    When stdin is a pipe or a file, its content is one call: the answer is printed and all ends.
    """
    show_warnings()
    path = find(config)
    loaded = free_to_reach_out(load(path), allow_outside)
    if name is None and len(loaded.functions) > 1:
        raise click.UsageError(f"name one of {', '.join(each.name for each in loaded.functions)}")
    function = function_of(loaded, name or loaded.functions[0].name)
    if serve or not _is_piped():
        asyncio.run(_serve(function, path, port, secrets))
    else:
        asyncio.run(_call_once(function, secrets))


def _is_piped() -> bool:
    try:
        return not stat.S_ISCHR(os.fstat(0).st_mode)
    except OSError:  # there is no stdin at all
        return False


async def _call_once(function: FunctionConfig, secrets: Path | None) -> None:
    # Its own words and its errors are enough beside one answer.
    quiet = replace(function, environment={"LOG_LEVEL": "warning", **function.environment})
    async with running(quiet, secrets, os.environ) as local:
        _announce(local)
        following = asyncio.create_task(local.follow(write_note))
        with patience(f"starting {local.name}"):
            status = await local.settled()
        target = local.target
        if status.rollout == FAILED or target is None:
            raise RolloutFailed(
                f"function {local.name} cannot become ready: {status.reason or 'it ended at once'}"
            )
        say(f"Call {local.name} in user's local")
        body = await _stdin()
        _show("Handler request: ", body)
        exchange = Exchange("POST", "/", body, _BINARY, target.timeout)
        try:
            with patience(f"waiting for the answer of {local.name}"):
                answer = await asyncio.to_thread(
                    Connection(target.address).send, exchange, _MAX_ANSWER
                )
        finally:
            following.cancel()
        if answer.status >= 300:
            raise FunctionFailed(words_of(answer.status, answer.body))
        if answer.body:
            _write("Handler reply: ", answer.body)


async def _serve(function: FunctionConfig, config: Path, port: int, secrets: Path | None) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    sources = Sources(config, function)  # before packing, so that no edit is missed
    async with running(function, secrets, os.environ) as local:
        _announce(local)
        proxy = StableProxy(lambda: local.target)
        address = await proxy.open(_HOST, port)
        say(f"Serving {local.name} at {address} (Ctrl-C ends it; edits are taken over)")
        following = asyncio.create_task(local.follow(write_note))
        reloading = asyncio.create_task(_reload(local, sources, config, function.allow_outside))
        ended = asyncio.create_task(stopping.wait())
        try:
            done, _ = await asyncio.wait({reloading, ended}, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        finally:
            for task in (following, reloading, ended):
                task.cancel()
            await proxy.close()


async def _reload(local: LocalFunction, sources: Sources, config: Path, free: bool) -> None:
    """Say how the start went, then take over every edit and say how that went."""
    new = True
    while True:
        changed = asyncio.create_task(sources.changed())
        settled = asyncio.create_task(local.settled())
        with patience(f"starting {local.name}"):
            await asyncio.wait({changed, settled}, return_when=asyncio.FIRST_COMPLETED)
        if settled.done() and new:
            _tell(local, settled.result())
        try:
            await changed
        finally:
            changed.cancel()
            settled.cancel()
        try:
            edited = free_to_reach_out(load(config), free)
            function = function_of(edited, local.name)
            sources = Sources(config, function)
            new = await local.take_over(function)
        except DcfError as fault:
            new = False
            complain(f"not taken over: {fault.message}")


def _announce(local: LocalFunction) -> None:
    say(f"Running image ({local.image}) in local")
    say("Starting [dcf-watcher] server ...")


def _tell(local: LocalFunction, status: FunctionState) -> None:
    if status.rollout != FAILED:
        say(f"Ready: {local.name} serves {local.image}")
        return
    kept = "the one before still serves" if status.available else "waiting for an edit"
    complain(f"function {local.name} cannot become ready: {status.reason}; {kept}")


async def _stdin() -> bytes:
    """All of stdin, read beside the loop by a thread that may be left behind waiting."""
    loop = asyncio.get_running_loop()
    whole: asyncio.Future[bytes] = loop.create_future()

    def read() -> None:
        chunks = []
        # Not by sys.stdin: a thread that waits inside of it breaks the interpreter's end.
        while chunk := os.read(0, _CHUNK):
            chunks.append(chunk)
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(whole.set_result, b"".join(chunks))

    threading.Thread(target=read, daemon=True, name="stdin").start()
    return await whole


def _show(head: str, body: bytes) -> None:
    """Write short text as it is, with its line's end; of anything else how much it is."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = f"{len(body)} bytes"
    if len(text) > _SHOWN:
        text = f"{text[:_SHOWN]}... ({len(body)} bytes)"
    write_text(head + text + ("" if text.endswith("\n") else "\n"))


def _write(head: str, body: bytes) -> None:
    write_text(head)
    write_bytes(body)
