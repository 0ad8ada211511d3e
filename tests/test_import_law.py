"""The import law holds, and each of its articles notices the import it forbids."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("dcf", "handler", "models", "watcher")
LINTER = Path(sys.executable).with_name("lint-imports")

# Article -> (module that breaks it, the import).
BREACHES = {
    "rooms-apart": ("handler/errors.py", "import watcher.errors"),
    "watcher-sees-no-images": ("watcher/errors.py", "import numpy"),
    "dcf-stays-light": ("dcf/errors.py", "import cv2"),
    "models-know-no-wire": ("models/ssd/nms.py", "import http.client"),
    "offline-rooms": ("models/ssd/nms.py", "import models.ssd.nets"),
    "tensorflow-kept-offline": ("models/ssd/nms.py", "import tensorflow"),
    "serving-is-lean": ("models/ssd/nms.py", "import pandas"),
    "models-layers": ("models/bundling/errors.py", "import models.training.errors"),
    "bundling-layers": ("models/bundling/trained.py", "import models.bundling.writing"),
    "ssd-layers": ("models/ssd/coder.py", "import models.ssd.boxes"),
    "handler-layers": ("handler/errors.py", "import handler.options"),
    "watcher-layers": ("watcher/errors.py", "import watcher.app"),
    "dcf-layers": ("dcf/errors.py", "import dcf.config"),
    "table-is-light": ("watcher/values.py", "import msgspec"),
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
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("bundles"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_tree_keeps_the_law():
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


# Further breaches of an article, for what is allowed close beside it.
BESIDE = [
    ("rooms-apart", "dcf/export/serving.py", "import watcher.config"),
    ("rooms-apart", "dcf/providers/launching.py", "import watcher.errors"),
    ("rooms-apart", "dcf/gateway/core.py", "import watcher.values"),
    ("rooms-apart", "watcher/values.py", "import dcf.errors"),
    ("rooms-apart", "handler/options.py", "import watcher.values"),
    ("watcher-layers", "watcher/values.py", "import watcher.errors"),
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
