"""What the engines run: made once from seeded weights, kept in ``.cache/engines/``, taken up again.

The published checkpoint is not needed: the weights' values change no time.
"""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness.environment import ROOT, python_environment
from benchmarks.harness.errors import BenchmarkError, CannotMeasure
from benchmarks.harness.program import last_line

FOLDER = ROOT / ".cache/engines"
TRAIN = ROOT / ".venv-train/bin/python"
ENGINES = ROOT / ".venv-engines/bin/python"
HOW_TO_INSTALL = {
    TRAIN: "TensorFlow is not installed here: `make train-env`, then again",
    ENGINES: "OpenVINO and ONNX Runtime are not installed here: `make bench-engines` installs them",
}
# TensorFlow logs less; peers do not call home from a benchmark, as they never do in a CI.
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CI": "true", "NNCF_CI": "1", "DO_NOT_TRACK": "1"}
_SECONDS = 1800.0
_PARTIAL = "partial-"


@dataclass(frozen=True)
class Product:
    """A file or folder that a program makes.

    Attributes:
        name: In ``FOLDER``.
        python: The interpreter that makes it.
        command: Its arguments; ``{to}`` is where the product goes, ``{NAME}`` is another product.
        needs: Names of the products it is made from.
    """

    name: str
    python: Path
    command: tuple[str, ...]
    needs: tuple[str, ...] = ()


def _worker(module: str, *arguments: str) -> tuple[str, ...]:
    return ("-m", f"benchmarks.engines.workers.{module}", *arguments)


def _bundle(engine: str, precision: str) -> Product:
    command = (
        "-m", "models.commands", "import", "slim", "{checkpoint}/ssd_300_vgg.ckpt",
        "--out", "{to}", "--engine", engine, "--precision", precision,
    )  # fmt: skip
    return Product(f"{engine}_{precision}", TRAIN, command, ("checkpoint",))


_ONNX = "ssd300.onnx"
PRODUCTS = {
    product.name: product
    for product in (
        Product("photos.npy", TRAIN, _worker("calibration_photos", "{to}")),
        Product("checkpoint", TRAIN, _worker("seeded_network", "{to}")),
        _bundle("tensorflow", "float32"),
        _bundle("tensorflow", "bfloat16"),
        _bundle("litert", "float32"),
        _bundle("litert", "int8"),
        Product(_ONNX, ENGINES, _worker("onnx_graph", "{to}")),
        Product("openvino_int8", ENGINES, _worker(
            "openvino_int8", f"{{{_ONNX}}}", "{photos.npy}", "{to}",
        ), (_ONNX, "photos.npy")),
        Product("ssd300_int8.onnx", ENGINES, _worker(
            "onnxruntime_int8", f"{{{_ONNX}}}", "{photos.npy}", "{to}",
        ), (_ONNX, "photos.npy")),
    )
}  # fmt: skip


def prepared(name: str, progress: Callable[[str], None], folder: Path = FOLDER) -> Path:
    """A product, made now unless it is there already; what it needs, too.

    Args:
        name: Of one of ``PRODUCTS``.
        progress: Called with a line when something was made.
        folder: Where the products are kept.

    Returns:
        The file or folder.

    Raises:
        CannotMeasure: An environment is missing; the message says how to make it.
        BenchmarkError: Its program failed.
    """
    product, target = PRODUCTS[name], folder / name
    if target.exists():
        return target
    if not product.python.exists():
        raise CannotMeasure(HOW_TO_INSTALL[product.python])
    for needed in product.needs:
        prepared(needed, progress, folder)
    began = time.monotonic()
    # Under another name until it is whole: an interrupted run leaves nothing that looks done.
    partial = folder / f"{_PARTIAL}{name}"
    remove(partial)
    folder.mkdir(parents=True, exist_ok=True)
    _run(product, partial, folder)
    partial.rename(target)
    progress(f"made {name} in {time.monotonic() - began:.0f} s")
    return target


def fill(command: tuple[str, ...], places: Mapping[str, Path]) -> list[str]:
    """A command with its ``{NAME}`` places filled in."""
    pattern = re.compile("{(" + "|".join(map(re.escape, places)) + ")}")
    return [pattern.sub(lambda found: str(places[found[1]]), argument) for argument in command]


def _run(product: Product, target: Path, folder: Path) -> None:
    places = {"to": target} | {name: folder / name for name in PRODUCTS}
    command = [str(product.python), "-P", *fill(product.command, places)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env={**python_environment(), **QUIET},
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise BenchmarkError(f"making {product.name} took longer than {_SECONDS:g} s") from error
    if done.returncode or not target.exists():
        last = last_line(done.stderr.strip() or done.stdout)
        raise BenchmarkError(f"making {product.name} ended with {done.returncode}: {last}")


def remove(path: Path) -> None:
    """Removes a file or a folder, if there is one."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
