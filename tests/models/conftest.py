"""A real gateway that serves `ssd`, a registry, and the `ssd` command as a person runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import msgspec
import pytest

from models.registry.registry import Registry
from models.registry.stores import open_store
from models.ssd.bundle import open_bundle
from models.ssd.convert.folder import read_contents, write_bundle
from tests.dcf.conftest import _start_gateway
from tests.dcf.stand_in import StandIn
from tests.models.registry.gate.conftest import FLOAT, INT8

ROOT = Path(__file__).parents[2]
COFFEE = (ROOT / "samples/coffee.jpg").read_bytes()
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

    def history(self):
        """The function's revisions, newest first, as `ssd history` tells them."""
        return [json.loads(line) for line in self.ssd("history").stdout.splitlines()]

    def serving(self):
        """The one that serves."""
        return next(row for row in self.history() if row["serving"])

    def title(self):
        """What a reply says of the model."""
        with urlopen(f"{self.gateway.rest}/function/ssd", COFFEE, timeout=60) as answer:
            assert json.load(answer)[0]["class"] == "cup"
            return answer.headers["X-Model"]

    def shown(self):
        """The function as the gateway tells of it."""
        with urlopen(f"{self.gateway.rest}/system/function/ssd", timeout=60) as answer:
            return json.load(answer)

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


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    made = Place(tmp_path_factory.mktemp("place"))
    yield made
    made.gateway.end()


@pytest.fixture
def versioned(tmp_path):
    """Makes a bundle like the embedded one, of another version and with other files."""

    def make(version, **contents):
        folder = tmp_path / f"bundle-{version}"
        manifest = msgspec.structs.replace(open_bundle(INT8).manifest, version=version)
        write_bundle(folder, manifest, read_contents(INT8) | contents)
        return folder

    return make


@pytest.fixture
def stand_in():
    """A gateway that answers from a table; for what a real one would not say when it is asked."""
    one = StandIn()
    yield one
    one.close()
