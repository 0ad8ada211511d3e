"""The import law holds, and each of its articles notices the import it forbids."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("dcf", "dcf_detect", "handler", "models", "watcher")
LINTER = Path(sys.executable).with_name("lint-imports")

# Article -> (module that breaks it, the import).
BREACHES = {
    "rooms-apart": ("handler/errors.py", "import watcher.errors"),
    "watcher-sees-no-images": ("watcher/errors.py", "import numpy"),
    "dcf-stays-light": ("dcf/errors.py", "import cv2"),
    "models-know-no-wire": ("models/ssd/nms.py", "import http.client"),
    "library-knows-the-detector": ("dcf_detect/picture.py", "import urllib.request"),
    "library-layers": ("dcf_detect/box.py", "import dcf_detect.result"),
    "rooms-know-no-library": ("models/ssd/nms.py", "import dcf_detect.box"),
    "offline-rooms": ("models/ssd/nms.py", "import models.ssd.nets"),
    "tensorflow-kept-offline": ("models/ssd/nms.py", "import tensorflow"),
    "lightkube-kept-apart": ("dcf/providers/kubernetes/view.py", "import lightkube"),
    "opentelemetry-kept-apart": ("dcf/gateway/core.py", "import opentelemetry.trace"),
    "optuna-kept-in-search": ("models/training/recipe.py", "import optuna"),
    "search-layers": ("models/search/place.py", "import models.search.storage"),
    "training-on-any-backend": ("models/training/__init__.py", "import jax"),
    "evaluation-without-keras": ("models/datasets/record.py", "import keras"),
    "serving-is-lean": ("models/ssd/nms.py", "import pandas"),
    "stores-and-trackers": ("models/datasets/exchange/columns.py", "import mlflow"),
    "tables-of-data-sets": (
        "models/registry/runs.py",
        "from models.datasets.exchange.libraries import need",
    ),
    "tables-by-need": ("models/datasets/exchange/parquet.py", "import pyarrow.parquet"),
    "models-layers": ("models/bundling/errors.py", "import models.evaluation.run"),
    "bundling-layers": ("models/bundling/trained.py", "import models.bundling.writing"),
    "training-layers": ("models/training/recipe.py", "import models.training.loop"),
    "pictures-without-keras": ("models/training/loader.py", "import keras"),
    "pipeline-layers": ("models/pipeline/machine.py", "import models.pipeline.state"),
    "datasets-layers": ("models/datasets/fingerprint.py", "import models.datasets.sheet"),
    "ssd-layers": ("models/ssd/coder.py", "import models.ssd.boxes"),
    "delivery-layers": ("models/delivery/notes.py", "import models.delivery.rollout"),
    "delivery-is-light": ("models/delivery/packing.py", "import models.registry.record"),
    "handler-layers": ("handler/errors.py", "import handler.options"),
    "watcher-layers": ("watcher/errors.py", "import watcher.app"),
    "dcf-layers": ("dcf/errors.py", "import dcf.config"),
    "gateway-layers": ("dcf/gateway/core.py", "import dcf.gateway.routes"),
    "providers-layers": ("dcf/providers/rollout/states.py", "import dcf.providers.process.store"),
    "table-is-light": ("watcher/configuration/values.py", "import msgspec"),
    "no-cycles": ("models/ssd/errors.py", "import models.ssd.manifest"),
}


def lint(folder):
    return subprocess.run(
        [LINTER, "--no-cache", "--config", "pyproject.toml"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture
def tree(tmp_path):
    for room in ROOMS:
        # What tests beside this one compile comes and goes while it is copied.
        ignored = shutil.ignore_patterns("bundles", "__pycache__")
        shutil.copytree(ROOT / room, tmp_path / room, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_tree_keeps_the_law():
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


# Further breaches of an article, for what is allowed close beside it.
BESIDE = [
    *(
        ("serving-is-lean", "models/ssd/nms.py", f"import {library}")
        for library in ("pyarrow", "fsspec", "google.cloud.bigquery", "mlflow", "optuna")
    ),
    ("stores-and-trackers", "models/registry/registry.py", "import fsspec"),
    ("tables-by-need", "models/evaluation/run.py", "from google.cloud import bigquery"),
    ("rooms-apart", "dcf/export/serving.py", "import watcher.configuration.config"),
    ("rooms-apart", "dcf/providers/process/launching.py", "import watcher.errors"),
    ("rooms-apart", "dcf/gateway/core.py", "import watcher.configuration.values"),
    ("rooms-apart", "watcher/configuration/values.py", "import dcf.errors"),
    ("rooms-apart", "handler/options.py", "import watcher.configuration.values"),
    ("rooms-apart", "dcf/rooms.py", "import watcher.errors"),
    ("table-is-light", "watcher/configuration/values.py", "import watcher.errors"),
    ("table-is-light", "watcher/configuration/durations.py", "import watcher.configuration.config"),
]


@pytest.mark.parametrize(
    ("article", "file", "statement"),
    [(article, *breach) for article, breach in BREACHES.items()] + BESIDE,
)
def test_a_breach_is_noticed(tree, article, file, statement):
    module = tree / file
    module.write_text(module.read_text() + f"\n\n{statement}\n")
    result = lint(tree)
    assert result.returncode == 1, result.stdout
    broken = [line for line in result.stdout.splitlines() if " BROKEN" in line]
    assert any(TITLES[article] in line for line in broken), result.stdout


def _titles():
    import tomllib

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return {contract["id"]: contract["name"] for contract in contracts["contracts"]}


TITLES = _titles()


def test_every_article_has_a_breach():
    assert sorted(BREACHES) == sorted(TITLES)


def absolute_imports(file):
    """What a module imports of this project by a name that is not relative to its own."""
    for node in ast.walk(ast.parse(file.read_text())):
        names = [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        yield from (name for name in names if name.partition(".")[0] in ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_themselves_relatively_and_others_in_one_place(room):
    files = [file for file in (ROOT / room).rglob("*.py") if "templates" not in file.parts[:-2]]
    assert files
    found = {str(file.relative_to(ROOT)): set(absolute_imports(file)) for file in files}
    assert [file for file, names in found.items() if names] in ([], [f"{room}/rooms.py"])
