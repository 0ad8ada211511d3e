"""A peer under measurement: another server from .venv-peers, started as its documentation says."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness.address import HOST, Address, free_ports
from benchmarks.harness.environment import ROOT, scratch
from benchmarks.harness.machine import usable_cores
from benchmarks.harness.plan import Plan
from benchmarks.harness.program import Program

PYTHON = ROOT / ".venv-peers/bin/python"
_SERVERS = ROOT / "benchmarks/peers/servers"
# None of them is to call home from a benchmark; the rest keeps their files in a folder of ours.
_SILENT = {"BENTOML_DO_NOT_TRACK": "True", "DO_NOT_TRACK": "1", "OTEL_SDK_DISABLED": "true"}


@dataclass(frozen=True)
class Peer:
    """How one peer is started.

    Attributes:
        name: As the table shows it.
        package: On PyPI, for its version.
        path: Of its calls.
        arguments: After the interpreter; ``{port}``, ``{workers}`` and ``{root}`` are filled in.
    """

    name: str
    package: str
    path: str
    arguments: tuple[str, ...]


PEERS = (
    Peer(
        "mosec", "mosec", "/inference",
        (str(_SERVERS / "mosec_server.py"), "--address", HOST, "--port", "{port}",
         "--timeout", "30000", "--log-level", "warning"),
    ),
    Peer(
        "FastAPI on uvicorn", "fastapi", "/detect",
        ("-m", "uvicorn", "benchmarks.peers.servers.fastapi_server:app", "--host", HOST,
         "--port", "{port}", "--workers", "{workers}", "--no-access-log",
         "--log-level", "warning"),
    ),
    Peer(
        "BentoML", "bentoml", "/detect",
        ("-m", "bentoml", "serve", "--quiet", "benchmarks.peers.servers.bentoml_server:Detection",
         "--host", HOST, "--port", "{port}", "--working-dir", "{root}"),
    ),
)  # fmt: skip


class PeerProgram(Program):
    """One peer, on a free port.

    Attributes:
        address: Where it answers once it is up.
    """

    def __init__(self, peer: Peer, plan: Plan) -> None:
        (port,) = free_ports(1)
        self.address = Address(port, peer.path)
        folder = scratch()
        values = {"port": str(port), "workers": str(usable_cores()), "root": str(ROOT)}
        command = [str(PYTHON), "-P", *(part.format(**values) for part in peer.arguments)]
        environ = {
            **_SILENT,
            "BUNDLE": str(plan.bundle),
            "WORKERS": str(usable_cores()),
            "BENTOML_HOME": str(Path(folder.name) / "bentoml"),
        }
        super().__init__(command, environ, folder)
        self.name = peer.name
