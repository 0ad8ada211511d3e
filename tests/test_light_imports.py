"""The serving path and the commands start light: fresh interpreters tell what they imported."""

import subprocess
import sys

import pytest

HEAVY = {"tensorflow", "keras", "pandas", "matplotlib", "mlflow", "sklearn", "scipy", "torch"}
IMAGES = {"cv2", "PIL", "numpy", "ai_edge_litert"}
CASES = {
    "handler.handler": HEAVY | {"flask", "grpc", "aiohttp", "werkzeug"},
    "models.ssd.detector": HEAVY | {"flask", "grpc", "http", "socket", "aiohttp"},
    "watcher.app": HEAVY | IMAGES | {"models", "handler", "dcf", "aiohttp", "opentelemetry"},
    "watcher.configuration.values": HEAVY
    | IMAGES
    | {
        "watcher.errors",
        "watcher.configuration.config",
        "watcher.app",
        "flask",
        "grpc",
        "waitress",
        "msgspec",
    },
    "dcf.cli": HEAVY | IMAGES | {"models", "handler", "watcher", "aiohttp", "grpc", "yaml"},
    "models.commands.__main__": HEAVY | IMAGES | {"models.ssd", "pycocotools"},
}


def imported(module):
    script = f"import sys, {module}; print(*sorted(sys.modules), sep='\\n')"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    return set(result.stdout.split())


@pytest.mark.parametrize("module", CASES)
def test_nothing_heavy_is_imported(module):
    assert not imported(module) & CASES[module]


@pytest.mark.parametrize("file", ["local.txt", "serving.txt"])
def test_the_serving_environments_name_no_heavy_library(file, pytestconfig):
    text = (pytestconfig.rootpath / "requirements" / file).read_text()
    names = {line.split("==")[0] for line in text.splitlines() if "==" in line}
    assert "numpy" in names
    assert not names & (HEAVY | {"tensorflow-cpu"})
    assert not [each for each in names if each.startswith("opentelemetry")]
