"""The serving path and the commands start light: fresh interpreters tell what they imported."""

import json
import os
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
# What no function needs from its start to its first answer to a JPEG; starts are felt.
NOT_AT_START = HEAVY | {
    "aiohttp", "argparse", "asyncio", "concurrent.futures", "difflib", "email", "flask",
    "google.protobuf", "grpc", "http.client", "http.server", "importlib.metadata",
    "multiprocessing",
    "opentelemetry",
    "prometheus_client", "sqlite3", "ssl", "tempfile", "unittest", "werkzeug", "xml",
    "handler.coding", "handler.part", "handler.samples",
    "models.bundling", "models.datasets", "models.evaluation", "models.ssd.captions",
    "models.ssd.draw",
    "models.ssd.png_structure", "models.ssd.session_tensorflow", "models.ssd.tiff_decoder",
    "models.ssd.webp_decoder",
    "watcher._proto", "watcher.batch", "watcher.cloud", "watcher.loading.openfaas_event",
    "watcher.rpc.door", "watcher.telemetry.handler_series", "watcher.telemetry.page",
    "watcher.telemetry.tracing", "watcher.web.probes",
}  # fmt: skip
# Handlers may treat some as dataclasses. To make one takes as long as thirty of `msgspec.Struct`.
DATACLASSES = {
    "handler.picture.Picture", "watcher.request.Info", "watcher.request.Request",
    "watcher.request.Resources", "watcher.request.Trigger", "watcher.request.Turn",
}  # fmt: skip
FIRST_ANSWER = """
import io, json, sys
from pathlib import Path
import watcher.app, watcher.function
function = watcher.function.wsgi()
photo = Path(sys.argv[1]).read_bytes()
statuses = []
answer = function(
    {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "QUERY_STRING": "", "CONTENT_TYPE": "image/jpeg",
     "CONTENT_LENGTH": str(len(photo)), "wsgi.input": io.BytesIO(photo)},
    lambda status, headers: statuses.append(status),
)
made = [
    f"{each.__module__}.{each.__name__}"
    for name, module in list(sys.modules.items())
    if name.partition(".")[0] in ("handler", "models", "watcher")
    for each in vars(module).values()
    if isinstance(each, type) and each.__module__ == name and "__dataclass_fields__" in vars(each)
]
print(json.dumps({
    "statuses": statuses, "answer": json.loads(b"".join(answer)),
    "modules": sorted(sys.modules), "dataclasses": sorted(made),
}))
"""


@pytest.fixture(scope="module")
def first_answer(pytestconfig, tmp_path_factory):
    """What a fresh process has imported once it answered its first JPEG."""
    root = pytestconfig.rootpath
    settings = {
        "HANDLER_DIR": str(root / "handler"),
        "LOCK_FILE": str(tmp_path_factory.mktemp("first") / "lock"),
    }
    result = subprocess.run(
        [sys.executable, "-c", FIRST_ANSWER, str(root / "samples" / "coffee.jpg")],
        capture_output=True, text=True, timeout=60, check=True, cwd=root,
        env={"PATH": os.environ["PATH"], **settings},
    )  # fmt: skip
    return json.loads(result.stdout)


def test_the_first_answer_needs_few_modules(first_answer):
    assert first_answer["statuses"] == ["200 OK"]
    assert "cup" in {each["class"] for each in first_answer["answer"]}
    modules = set(first_answer["modules"])
    assert {"watcher.app", "handler.handler", "models.ssd.session_litert"} <= modules
    assert not modules & NOT_AT_START


def test_records_that_a_start_makes_are_cheap(first_answer):
    assert set(first_answer["dataclasses"]) == DATACLASSES


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
