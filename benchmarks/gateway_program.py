"""The local gateway under measurement, with the function deployed to it from its config file."""

import re
import shutil
import tempfile
from pathlib import Path

import yaml

from benchmarks.address import HOST, Address
from benchmarks.plan import Plan
from benchmarks.program import ROOT, Program

READY_SECONDS = 90.0
_REST = re.compile(rf"http://{re.escape(HOST)}:(\d+) \(REST\)")


class GatewayProgram(Program):
    """`dcf gateway start --deploy`, on free ports, its state in a folder of its own.

    Attributes:
        address: Where the function answers, once ``wait_ready`` has returned.
    """

    def __init__(self, plan: Plan) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="benchmark-")  # pylint: disable=consider-using-with # stop() cleans up
        folder = Path(self._folder.name)
        config = _project(plan, folder / "project")
        command = [plan.python, "-P", "-m", "dcf", "gateway", "start", "--host", HOST]
        command += ["--port", "0", "--grpc-port", "0", "--home", str(folder / "home")]
        command += ["--deploy", str(config)]
        environ = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        super().__init__(command, environ, folder)
        self.address = Address(0, "/function/ssd")

    def wait_ready(self) -> "GatewayProgram":
        """Waits until the function is deployed.

        Raises:
            BenchmarkError: It ended instead.
        """
        self.wait(lambda: "Ready." in self.log, READY_SECONDS)
        found = _REST.search(self.log)
        assert found, "the gateway tells its address before it is ready"
        self.address = Address(int(found[1]), self.address.path)
        return self

    def stop(self) -> None:
        """Ends it and removes its state."""
        super().stop()
        self._folder.cleanup()


def _project(plan: Plan, folder: Path) -> Path:
    """Copies what the config file packs, and the file itself with the model named in it.

    A gateway packs only what lies below a config file, so that file cannot lie elsewhere alone.
    """
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    function = config["functions"]["ssd"]
    skipped = shutil.ignore_patterns("__pycache__")
    for name in (function["handler"]["dir"], *function["handler"].get("include", ())):
        shutil.copytree(ROOT / name, folder / name, ignore=skipped, dirs_exist_ok=True)
    function["environment"] = {"MODEL_BUNDLE": str(plan.bundle)}
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    return file
