"""What a gateway started with `--deploy` does first: deploy, one call each, and how to call on."""

from pathlib import Path

from ..client import connect, connect_as
from ..client.base import Invocation
from ..config import load
from ..terminal.printing import say, silent, write_bytes, write_line, write_text
from .release import Plan, release


def deploy_and_call(address: str, config: Path, sample: Path | None, authorization: str) -> None:
    """Deploy a config file's functions to a gateway and, given a sample, call each once.

    Args:
        address: The gateway's.
        config: The config file; its own gateway is not asked.
        sample: A file to send, or nothing.
        authorization: The header the gateway's own routes want; empty for what the user keeps.
    """
    client = connect_as(address, authorization) if authorization else connect(address)
    for function in load(config).functions:
        release(client, function, Plan(say, silent))
        if sample is None:
            continue
        write_line()
        write_line(f"{sample.name} -> {function.name}:")
        write_bytes(client.call(Invocation(function.name, sample.read_bytes())) + b"\n")
        write_text(_three_ways(address, function.name, sample))
    write_line("Ready. Ctrl-C ends the gateway and every function.")


def _three_ways(address: str, name: str, sample: Path) -> str:
    dcf = "dcf function call" + ("" if address == "http://127.0.0.1:8080" else f" -g {address}")
    return (
        f"\nCall it yourself:\n"
        f"  cat {sample} | base64 | {dcf} {name}\n"
        f"  curl --data-binary @{sample} {address}/function/{name}\n"
        f"  base64 {sample} | curl --data-binary @- {address}/function/{name}\n\n"
    )
