"""The page holds everything, needs nothing, and opens in a browser."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from models.evaluation.report.page import Evaluated, render
from tests.browser import laid_out, needs_chromium, tags
from tests.models.evaluation.report.reading import read
from tests.models.evaluation.scenes import data, found, picture


@pytest.fixture
def evaluated(tmp_path):
    file = tmp_path / "1.png"
    Image.new("RGB", (100, 100), (90, 90, 90)).save(file)
    scene = data(
        picture(1, (0, 10, 10, 50, 50), (1, 60, 60, 90, 90), file=file), picture(2, file=file)
    )
    results = [found((0, 0.9, 10, 10, 50, 50), (0, 0.8, 60, 60, 90, 90)), found()]
    figures = {"mAP": 0.28641, "images": 2}
    return Evaluated("A <model> & data", figures, scene, results, np.array([9.0, 11.0]))


def test_it_tells_figures_classes_confusions_and_cases(evaluated):
    page = read(render(evaluated))
    text = "|".join(page.text)
    assert "A <model> & data" in text
    assert "mAP|0.2864" in text
    assert "images|2" in text
    assert "cat|1|1.000|1.000|1.000" in text
    assert "dog|1|0.000|0.000|0.000" in text
    # One false alarm and one miss, each with its picture.
    assert page.tags.count("img") == 2
    assert "cat 0.80" in text


def test_it_loads_nothing_and_runs_nothing(evaluated):
    html = render(evaluated)
    page = read(html)
    assert page.addresses
    assert all(address.startswith("data:image/jpeg;base64,") for address in page.addresses)
    assert not {"script", "link", "iframe"} & set(page.tags)
    assert "url(" not in html
    assert "@import" not in html


def test_nothing_found_and_nothing_to_find(evaluated):
    empty = replace(evaluated, found=[found(), found()], spent_ms=np.empty(0))
    assert "None." in render(empty)
    bare = replace(
        evaluated, data=data(picture(1)), found=[found()], spent_ms=np.empty(0), figures={}
    )
    assert "None." in render(bare)


@pytest.mark.browser
@needs_chromium
def test_a_browser_lays_it_out(evaluated, tmp_path):
    html = render(evaluated)
    # What a browser makes of it is what was written: nothing was closed or moved by its rules.
    assert laid_out(html, tmp_path) == tags(html)
