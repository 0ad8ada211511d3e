"""A gateway as `dcf gateway start` runs it, with a crowd of functions whose replicas are elsewhere.

It writes the address of its REST door in one line, and ends at SIGTERM.
"""

import argparse
import asyncio
import signal
from pathlib import Path

from benchmarks.harness.address import HOST
from benchmarks.scale.providers import PROVIDERS, Crowd
from dcf.commands.options.log import log_to_stderr
from dcf.gateway.bounds import raise_open_files
from dcf.gateway.memory import keep_little
from dcf.gateway.queue.settings import queue_settings
from dcf.gateway.server import Server
from dcf.gateway.settings import Settings


def main() -> None:
    """Serves until it is asked to stop."""
    flags = argparse.ArgumentParser()
    flags.add_argument("--provider", choices=PROVIDERS, required=True)
    flags.add_argument("--functions", type=int, required=True)
    flags.add_argument("--replicas", type=int, required=True)
    flags.add_argument("--ports", required=True)
    given = flags.parse_args()
    log = log_to_stderr("text", "warning")
    raise_open_files()
    keep_little()
    addresses = [f"http://{HOST}:{port}" for port in given.ports.split(",")]
    asyncio.run(_serve(given.provider, Crowd(given.functions, given.replicas), addresses))
    if log is not None:
        log.close()


async def _serve(kind: str, crowd: Crowd, addresses: list[str]) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    provider = await PROVIDERS[kind](crowd, addresses)
    queue = queue_settings(Path("home"), {})
    server = Server(Settings(HOST, 0, 0, kind, queue=queue), lambda _mesh: provider)
    await server.start()
    print(server.rest, flush=True)
    await stop.wait()
    await server.stop()


if __name__ == "__main__":
    main()
