"""A real gateway that serves `ssd`, a registry, and the `ssd` command as a person runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.registry.registry import Registry
from models.registry.stores import open_store
from tests.dcf.conftest import _start_gateway
from tests.models.registry.gate.conftest import FLOAT, INT8

ROOT = Path(__file__).parents[4]
SSD = Path(sys.executable).with_name("ssd")


class Place:
    """A gateway with the function `ssd`, and a registry with `coco-1` (float32), `coco-2` (int8).

    Attributes:
        gateway: It runs.
        registry: Its models.
        environ: Of commands.
    """

    def __init__(self, folder):
        self.gateway = _start_gateway(folder / "home", "--min-ready-seconds", "0.3")
        done = self.gateway.dcf("create", "-f", ROOT / "config.yaml")
        assert done.returncode == 0, done.stderr
        self.registry = Registry(open_store(str(folder / "registry")))
        self.registry.add(FLOAT, "coco")
        self.registry.add(INT8, "coco")
        kept = {key: text for key, text in os.environ.items() if not key.startswith("DCF_")}
        self.environ = kept | {
            "SSD_REGISTRY": str(folder / "registry"),
            "DCF_GATEWAY": self.gateway.rest,
            "XDG_CONFIG_HOME": str(folder / "config"),
        }

    def command(self, *arguments):
        """The command line."""
        return [SSD, *map(str, arguments)]

    def ssd(self, *arguments, code=0, **environ):
        """Runs it; it has to end with that code, and no trace."""
        done = subprocess.run(
            self.command(*arguments),
            capture_output=True, text=True, timeout=100, check=False, cwd=ROOT,
            env=self.environ | environ,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == code, done.stdout + done.stderr
        return done


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    made = Place(tmp_path_factory.mktemp("place"))
    yield made
    made.gateway.end()
