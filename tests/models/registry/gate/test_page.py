"""The page says what was decided, shows where the models differ, needs nothing, and opens."""

from dataclasses import replace

import pytest

from models.registry.gate.measuring import Task, measure
from models.registry.gate.page import render_verdict
from models.registry.gate.rules import Rules
from models.registry.gate.verdict import judge
from models.ssd.bundle import open_bundle
from tests.browser import laid_out, needs_chromium, tags
from tests.models.evaluation.report.reading import Page
from tests.models.registry.gate.conftest import INT8


@pytest.fixture
def judged(photo_data, as_contestant, changed_bundle):
    """A candidate that takes everything for something else, and a name that is HTML."""

    def make(labels=None, serving=INT8):
        ours = replace(as_contestant(changed_bundle("changed", labels=labels)), name="a<b>&c")
        sides = ours, None if serving is None else as_contestant(serving)
        task = Task(*sides, photo_data, Rules(), samples=200)
        outcome = measure(task, lambda _things, _more: None)
        return outcome, judge(outcome.compared, Rules())

    return make


def render(judged):
    html = render_verdict(*judged, "eight <pictures>")
    page = Page()
    page.feed(html)
    assert all(address.startswith("data:image/jpeg;base64,") for address in page.addresses)
    assert not {"script", "link", "iframe", "b", "pictures"} & set(page.tags)
    assert "url(" not in html
    return html, page, "|".join(page.text)


def test_a_refused_one(judged):
    labels = open_bundle(INT8).labels.names
    outcome, checks = judged([*labels[1:], labels[0]])
    _, page, text = render((outcome, checks))
    assert "a<b>&c is refused" in text
    assert "overall|FAILS|" in text
    assert "bad_input|holds|" in text
    assert "Golden pictures that are lost" in text
    # Each picture where they differ, as each model sees it.
    assert page.tags.count("img") == 2 * len(outcome.data.pictures)
    assert "candidate: 1.jpg" in text
    assert "serving: 1.jpg" in text


def test_no_difference_and_no_other_model(judged):
    _, page, text = render(judged())
    assert "Nowhere." in text
    assert "img" not in page.tags
    _, page, text = render(judged(serving=None))
    assert "floors|FAILS|" in text
    assert "Classes" not in text


@pytest.mark.browser
@needs_chromium
def test_a_browser_lays_it_out(judged, tmp_path):
    labels = open_bundle(INT8).labels.names
    html, _, _ = render(judged([*labels[1:], labels[0]]))
    # What a browser makes of it is what was written: nothing was closed or moved by its rules.
    assert laid_out(html, tmp_path) == tags(html)
