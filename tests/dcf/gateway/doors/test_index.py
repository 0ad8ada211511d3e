"""`/`: a list for programs, the page for browsers."""

import pytest


@pytest.mark.parametrize(
    "accept", ["text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]
)
def test_a_browser_is_sent_on_to_the_page(background, accept):
    answer = background().ask("GET", "/", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Location"]) == (302, "ui/")
    assert answer.headers["Vary"] == "Accept"


@pytest.mark.parametrize("accept", ["*/*", "", "text/plain", "application/json"])
def test_everybody_else_is_told_the_routes(background, accept):
    answer = background().ask("GET", "/", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.text.startswith("DCF gateway")
    assert answer.headers["Vary"] == "Accept"
