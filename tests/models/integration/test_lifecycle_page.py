"""docs/lifecycle.md: deploying and rolling back does what the page shows."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.models.conftest import ROOT, Place
from tests.models.registry.gate.conftest import photos
from tests.pages import run_page

assert photos  # a fixture

RULES = "overall: {limit: 30}\nlatency: {limit: 1000}\nmemory: {limit: 1000}\n"


@pytest.mark.slow
def test_deploying_and_rolling_back_do_what_the_page_shows(photos, tmp_path):
    place = Place(tmp_path)
    folder = tmp_path / "work"
    folder.mkdir()
    shutil.copytree(photos, folder / "photos")
    shutil.copy(ROOT / "samples/coffee.jpg", folder)
    (folder / "gate.yaml").write_text(RULES)
    text = (ROOT / "docs/lifecycle.md").read_text()
    section = text.partition("\n## Deploy and roll back\n")[2].partition("\n## ")[0]
    page = tmp_path / "page.md"
    page.write_text(section.replace("http://127.0.0.1:8080", place.gateway.rest))
    path = f"{Path(sys.executable).parent}:{place.environ['PATH']}"
    environ = {"PATH": path, "SSD_REGISTRY": str(tmp_path / "fresh"), "LC_ALL": "C.UTF-8"}
    try:
        run_page(page, folder, place.environ | environ)
    finally:
        place.gateway.end()
