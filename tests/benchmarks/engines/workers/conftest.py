"""The seeded network as ONNX, in the environment of other engines; made once."""

import subprocess

import numpy as np
import pytest

from benchmarks.engines.answers import difference
from benchmarks.engines.catalogue import ENVIRONMENT
from benchmarks.engines.products import ENGINES, HOW_TO_INSTALL, prepared
from benchmarks.harness.environment import python_environment
from benchmarks.harness.worker import Worker


@pytest.fixture(scope="session")
def onnx_file(tmp_path_factory):
    """The network's file; a test without the engines is skipped."""
    if not ENGINES.exists():
        pytest.skip(HOW_TO_INSTALL[ENGINES])
    return prepared("ssd300.onnx", print, tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="session")
def quantized(onnx_file, tmp_path_factory):
    """Runs a quantizer on a few pictures of noise; what it wrote."""
    folder = tmp_path_factory.mktemp("quantized")
    np.save(folder / "photos.npy", noise(4))

    def make(module, name):
        done = subprocess.run(
            [ENGINES, "-P", "-m", f"benchmarks.engines.workers.{module}", onnx_file,
             folder / "photos.npy", folder / name],
            env={**python_environment(), **ENVIRONMENT}, capture_output=True, text=True,
            timeout=110, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return folder / name

    return make


@pytest.fixture
def answered(tmp_path):
    """Has an engine's worker answer a picture of noise; the file of its answer."""
    np.save(tmp_path / "pixels.npy", noise(1))

    def ask(name, python, *module):
        file = tmp_path / f"{name}.npz"
        module = (f"benchmarks.engines.workers.{module[0]}", *map(str, module[1:]))
        with Worker(python, module, ENVIRONMENT) as worker:
            worker.ask({"pixels": str(tmp_path / "pixels.npy"), "answer": str(file)})
            assert len(worker.ask({"calls": 2, "warm": 1})) == 2
        return file

    return ask


@pytest.fixture
def close():
    """Whether two answers are those of one network, as far as a precision can show it."""

    def compare(answer, reference, limit):
        seen = difference(answer, reference)
        assert seen.largest <= limit, seen
        assert seen.same > 0.8

    return compare


def noise(count):
    random = np.random.default_rng(3)
    return random.integers(0, 256, (count, 300, 300, 3), dtype=np.uint8)
