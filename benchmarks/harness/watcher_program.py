"""The watcher under measurement, started as the process provider of the gateway starts one."""

from pathlib import Path

from benchmarks.harness.address import HOST, Address, free_ports
from benchmarks.harness.environment import ROOT, scratch
from benchmarks.harness.plan import Plan
from benchmarks.harness.program import Program

READY_SECONDS = 60.0


class WatcherProgram(Program):
    """`python -m watcher` with the project's handler.

    Args:
        plan: Says which model and which interpreter.

    Attributes:
        address: Where it answers; at once only after ``wait_ready``.
    """

    def __init__(self, plan: Plan) -> None:
        http, *others = free_ports(4)
        self.address = Address(http)
        folder = scratch()
        names = ("WATCHER_PORT", "MESH_PORT", "METRICS_PORT")
        environ = {
            "HANDLER_DIR": str(ROOT / "handler"),
            "HANDLER_FILE": "handler.py",
            "FUNCTION_NAME": "ssd",
            "HOST": HOST,
            "PORT": str(http),
            "LOCK_FILE": str(Path(folder.name) / "lock"),
            "MODEL_BUNDLE": str(plan.bundle),
            **{name: str(port) for name, port in zip(names, others, strict=True)},
        }
        super().__init__([plan.python, "-P", "-m", "watcher"], environ, folder)

    def wait_ready(self) -> "WatcherProgram":
        """Waits for its start report.

        Raises:
            BenchmarkError: It ended instead.
        """
        self.wait(lambda: "ready: ssd" in self.log, READY_SECONDS)
        return self
