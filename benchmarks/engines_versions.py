"""Versions of the engines, as installed in their environments."""

import json
import subprocess
from pathlib import Path

from benchmarks.engines_prepare import ENGINES, TRAIN

_PACKAGES = {
    TRAIN: ("tensorflow-cpu", "ai-edge-litert"),
    ENGINES: ("openvino", "nncf", "onnxruntime", "onnx"),
}
_ASK = (
    "import importlib.metadata, json, sys;"
    "print(json.dumps({name: importlib.metadata.version(name) for name in sys.argv[1:]}))"
)


def versions() -> dict[str, str]:
    """Version by package, of the environments that exist."""
    found: dict[str, str] = {}
    for python, packages in _PACKAGES.items():
        if python.exists():
            found |= _versions(python, packages)
    return found


def _versions(python: Path, packages: tuple[str, ...]) -> dict[str, str]:
    done = subprocess.run(
        [python, "-P", "-c", _ASK, *packages],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    listed: dict[str, str] = json.loads(done.stdout)
    return listed
