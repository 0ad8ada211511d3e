"""dcf gateway start: a gateway in the foreground, until Ctrl-C or SIGTERM."""

import asyncio
import contextlib
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from .. import __version__
from ..gateway.bounds import Bounds, raise_open_files
from ..gateway.in_force import in_force
from ..gateway.memory import keep_little
from ..gateway.provider_choice import provider_of
from ..gateway.queue.settings import queue_settings
from ..gateway.rest.cors import cors_of
from ..gateway.server import Server
from ..gateway.settings import PROVIDERS, Settings
from ..gateway.telemetry.events import STARTED, STOPPED, STOPPING, tell
from ..providers.process.isolation import AUTO, MODES
from ..providers.process.provider import MIN_READY_SECONDS
from ..release.quickstart import deploy_and_call
from ..state.state_file import ACCEPT_FLAG
from ..terminal.examples import examples
from ..terminal.patience import patience
from ..terminal.printing import write_line
from .options.access import access_flags_of, access_options
from .options.bounds import bounds_options
from .options.cluster import cluster_of, cluster_options
from .options.log import log_options, log_to_stderr
from .options.numbers import Number, Whole


@examples(
    "dcf gateway start",
    "dcf gateway start --port 9090 --grpc-port 0 --home state",
    "dcf gateway start --host 0.0.0.0 --basic-auth --secret-mount-path secrets",
    "dcf gateway start --provider kubernetes --namespace functions",
    "dcf gateway start --host 0.0.0.0 --tokens tokens.json --tls-cert cert.pem --tls-key key.pem",
)
@click.command()
@click.option(
    "--host",
    envvar="DCF_HOST",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on.",
)
@click.option(
    "--port",
    envvar="DCF_PORT",
    type=Whole(0, 65535),
    default=8080,
    show_default=True,
    help="REST.",
)
@click.option(
    "--grpc-port",
    envvar="DCF_GRPC_PORT",
    type=Whole(0, 65535),
    default=32222,
    show_default=True,
    help="gRPC.",
)
@click.option(
    "--provider",
    envvar="DCF_PROVIDER",
    type=click.Choice(PROVIDERS),
    default="process",
    show_default=True,
    help="Where functions run.",
)
@click.option(
    "--home",
    envvar="DCF_HOME",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("~/.dcf"),
    show_default=True,
    help="Folder of the gateway's state.",
)
@click.option(
    "--min-ready-seconds",
    envvar="DCF_MIN_READY_SECONDS",
    type=Number(0, 3600),
    default=MIN_READY_SECONDS,
    show_default=True,
    help="How long a new revision must stay ready before the old one ends.",
)
@bounds_options
@click.option(
    "--allow-callback",
    multiple=True,
    metavar="HOST",
    help="A host on a private network that X-Callback-Url may name; as often as there are some. "
    "[env: DCF_ALLOW_CALLBACKS, with commas]",
)
@click.option(
    "--allow-origin",
    multiple=True,
    metavar="ORIGIN",
    help="Web pages of this origin may call functions and read their answers; * for all; as often "
    "as there are some. [env: DCF_ALLOW_ORIGINS, with commas]",
)
@access_options
@click.option(
    "--isolation",
    envvar="DCF_ISOLATION",
    type=click.Choice(MODES),
    default=AUTO,
    show_default=True,
    help="How functions are kept from each other's secrets and code, and from the gateway's state; "
    "auto is the best that this machine has.",
)
@click.option(
    ACCEPT_FLAG,
    "accept_lost_state",
    is_flag=True,
    help="Start with what is left of a damaged state; what was found is kept beside it.",
)
@cluster_options
@log_options
@click.option(
    "--deploy",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Deploy this config file's functions, too.",
)
@click.option(
    "--sample",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="With --deploy: call each function once with this file.",
)
def start(  # noqa: PLR0913, PLR0917 # pylint: disable=too-many-arguments,too-many-positional-arguments,too-many-locals # one a flag
    host: str,
    port: int,
    grpc_port: int,
    provider: str,
    home: Path,
    min_ready_seconds: float,
    allow_callback: tuple[str, ...],
    allow_origin: tuple[str, ...],
    isolation: str,
    accept_lost_state: bool,
    log_format: str,
    log_level: str,
    deploy: Path | None,
    sample: Path | None,
    **flags: Any,  # noqa: ANN401 # of access, bounds and the cluster
) -> None:
    """Start the local gateway in the foreground; Ctrl-C or SIGTERM ends everything it started."""
    if sample and not deploy:
        raise click.UsageError("--sample needs --deploy")
    cluster, login = cluster_of(flags), access_flags_of(flags)
    settings = Settings(
        host,
        port,
        grpc_port,
        provider,
        home,
        login.access(host, home),
        replace(
            queue_settings(home, os.environ, allow_callback), accept_lost_state=accept_lost_state
        ),
        min_ready_seconds,
        accept_lost_state,
        Bounds(**flags),
        cors_of(allow_origin, os.environ),
        login.certificate(),
        isolation,
        login.secret_files,
        login.trust_pages,
        cluster,
    )
    _serve(settings, (log_format, log_level), (deploy, sample))


def _serve(
    settings: Settings, log_as: tuple[str, str], first_call: tuple[Path | None, Path | None]
) -> None:
    log = log_to_stderr(*log_as)
    try:
        raise_open_files()
        keep_little()
        server = Server(settings, provider_of(settings), lambda: log.lost if log else 0)
        told = {"log_format": log_as[0], "log_level": log_as[1], **in_force(settings)}
        asyncio.run(_run(server, settings, told, first_call))
    finally:
        if log is not None:
            log.close()


async def _run(
    server: Server,
    settings: Settings,
    told: dict[str, object],
    first_call: tuple[Path | None, Path | None],
) -> None:
    deploy, sample = first_call
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked_to_stop(number: int) -> None:
        loop.remove_signal_handler(number)  # asked twice, we end at once; watchers see us go
        tell(STOPPING, signal=signal.Signals(number).name)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked_to_stop, number)
    with patience("starting functions"):
        await server.start()
    told |= {"isolation": server.isolation}  # what `auto` came to
    began = {"version": __version__, "pid": os.getpid()}
    tell(STARTED, rest=server.rest, grpc=server.grpc, **began, **told)
    write_line(
        f"Gateway: {server.rest} (REST), {server.grpc} (gRPC), "
        f"provider {settings.provider}, isolation {server.isolation}, state {settings.home}"
    )
    stopping = asyncio.create_task(stop.wait())
    try:
        if deploy:
            first = asyncio.create_task(
                asyncio.to_thread(
                    deploy_and_call, server.rest, deploy, sample, settings.authorization
                )
            )
            # Stopped meanwhile, it fails because we end: nobody is to be told of that.
            first.add_done_callback(lambda task: task.cancelled() or task.exception())
            await asyncio.wait({first, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if first.done():
                first.result()
        await stopping
    finally:
        write_line("Stopping ...")
        stopping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await stopping
        ending = time.monotonic()
        await server.stop()
        tell(STOPPED, seconds=round(time.monotonic() - ending, 3))
