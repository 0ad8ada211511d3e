from html.parser import HTMLParser

import pytest

from models.search.report import Searched, render_search
from models.search.search_file import Plan
from models.search.space import Range
from models.search.study_folder import StudyNote
from tests.browser import laid_out, needs_chromium, tags

SPACE = {
    "rate.peak": Range(log=(1e-4, 1e-2)),
    "batch": Range(choice=(8, 16, 32)),
    "loss.negatives": Range(floats=(1, 5)),
}
NOTE = StudyNote(experiment="digits", data="/data", trials=5, plan=Plan(space=SPACE))


def trial(number, value, state="complete", **more):
    values = {"rate.peak": 1e-3, "batch": 16, "loss.negatives": 3.0}
    return {
        "id": f"digits-{number}", "experiment": "digits", "trial": number, "state": state,
        "mAP": value, "seconds": 12.3, "parameters": values,
    } | more  # fmt: skip


@pytest.fixture
def searched():
    trials = [
        trial(1, 0.31),
        trial(2, 0.4, parameters={"rate.peak": 1e-2, "batch": 32, "loss.negatives": 1.0}),
        trial(3, None, "fail", reason="the loss is <nan> & nothing else"),
        trial(4, 0.1, "pruned"),
        trial(5, 0.2),
    ]
    return Searched(NOTE, trials, trials[1], {"rate.peak": 0.7, "batch": 0.3})


def test_it_tells_all_trials_and_the_best(searched):
    html = render_search(searched)
    assert "5 trials: 3 complete, 1 pruned, 1 fail. The best is digits-2 with mAP 0.4000." in html
    assert "the loss is &lt;nan&gt; &amp; nothing else" in html
    for key in SPACE:
        assert html.count(key) >= 2
    assert html.count("<svg") == 3


def test_it_loads_nothing_and_runs_nothing(searched):
    html = render_search(searched)

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            assert tag not in {"script", "link", "iframe", "object", "embed"}
            assert not {name for name, _ in attributes} & {"src", "href", "onload", "onclick"}

    Reader().feed(html)
    assert "url(" not in html
    assert "@import" not in html


@pytest.mark.parametrize(
    "trials",
    [[], [trial(1, None, "fail", reason="x")], [trial(1, 0.0)], [trial(1, None, "running")]],
)
def test_little_to_tell(trials):
    html = render_search(Searched(NOTE, trials, None, {}))
    assert "Too few trials are complete to tell." in html


@pytest.mark.browser
@needs_chromium
def test_a_browser_lays_it_out(searched, tmp_path):
    html = render_search(searched)
    # What a browser makes of it is what was written: nothing was closed or moved by its rules.
    assert laid_out(html, tmp_path) == tags(html)
