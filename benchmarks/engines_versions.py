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
    "import importlib.metadata as metadata, json;"
    "print(json.dumps({each.name: each.version for each in metadata.distributions()}))"
)


def versions() -> dict[str, str]:
    """Version by package, of those that are installed."""
    found: dict[str, str] = {}
    for python, packages in _PACKAGES.items():
        if python.exists():
            found |= _versions(python, packages)
    return found


def _versions(python: Path, packages: tuple[str, ...]) -> dict[str, str]:
    done = subprocess.run([python, "-P", "-c", _ASK], capture_output=True, check=True, timeout=60)
    installed: dict[str, str] = json.loads(done.stdout)
    # A package may call itself by either of two spellings that mean the same.
    found = {name.lower().replace("_", "-"): version for name, version in installed.items()}
    return {name: found[name] for name in packages if name in found}
