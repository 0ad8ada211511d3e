"""The local gateway under measurement, alone or with the function deployed from its config file."""

import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

import yaml

from benchmarks.harness.address import HOST, Address
from benchmarks.harness.environment import ROOT, scratch
from benchmarks.harness.plan import Plan
from benchmarks.harness.program import Program

READY_SECONDS = 90.0
_DOORS = re.compile(rf"http://{re.escape(HOST)}:(\d+) \(REST\), (\S+) \(gRPC\)")


class GatewayProgram(Program):
    """`dcf gateway start`, on free ports, its state in a folder of its own.

    Args:
        python: Its interpreter.
        flags: After those of its ports and folder.
        folder: Where it works; a new one when None.

    Attributes:
        port: Of REST, once ``wait_ready`` has returned.
        grpc: The address of its gRPC door, likewise.
    """

    def __init__(
        self,
        python: str,
        *flags: str,
        folder: "tempfile.TemporaryDirectory[str] | None" = None,
    ) -> None:
        folder = folder or scratch()
        command = [python, "-P", "-m", "dcf", "gateway", "start", "--host", HOST, "--port", "0"]
        command += ["--grpc-port", "0", "--home", str(Path(folder.name) / "home"), *flags]
        super().__init__(command, {}, folder)
        self.port, self.grpc = 0, ""

    @property
    def ready(self) -> bool:
        """Whether its log says that it can be called."""
        return _DOORS.search(self.log) is not None

    def wait_ready(self) -> Self:
        """Waits until it can be called.

        Raises:
            BenchmarkError: It ended instead.
        """
        self.wait(lambda: self.ready, READY_SECONDS)
        found = _DOORS.search(self.log)
        assert found, "the gateway names its doors before it is ready"
        self.port, self.grpc = int(found[1]), found[2]
        return self


class FunctionGateway(GatewayProgram):
    """A gateway that deploys this project's function; ready when the function is.

    Args:
        plan: Its interpreter and bundle.
        labels: The function's.
    """

    def __init__(self, plan: Plan, labels: Mapping[str, str] = MappingProxyType({})) -> None:
        folder = scratch()
        config = _project(plan, Path(folder.name) / "project", labels)
        super().__init__(plan.python, "--deploy", str(config), folder=folder)

    @property
    def ready(self) -> bool:
        """Whether the function is deployed."""
        return "Ready." in self.log

    @property
    def address(self) -> Address:
        """Where the function answers, once ``wait_ready`` has returned."""
        return Address(self.port, "/function/ssd")


def _project(plan: Plan, folder: Path, labels: Mapping[str, str]) -> Path:
    """Copies what the config file packs, and the file itself with the model named in it.

    A gateway packs only what lies below a config file, so that file cannot lie elsewhere alone.
    """
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    function = config["functions"]["ssd"]
    skipped = shutil.ignore_patterns("__pycache__")
    for name in (function["handler"]["dir"], *function["handler"].get("include", ())):
        shutil.copytree(ROOT / name, folder / name, ignore=skipped, dirs_exist_ok=True)
    function["environment"] = {"MODEL_BUNDLE": str(plan.bundle)}
    function["labels"] = dict(labels)
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    return file
