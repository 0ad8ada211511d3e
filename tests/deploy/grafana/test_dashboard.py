"""The board as Grafana reads it: what its JSON can get wrong without a wrong query."""

import itertools
import json
import re
from pathlib import Path

import pytest

BOARD = json.loads((Path(__file__).parents[3] / "deploy/grafana/dashboard.json").read_text())
PANELS = [each for each in BOARD["panels"] if each["type"] != "row"]
# Grafana's own, and the legend's, which are no variables of the board.
_GRAFANAS = {"__rate_interval"}


def test_panels_have_numbers_of_their_own_and_do_not_lie_on_one_another():
    numbers = [each["id"] for each in BOARD["panels"]]
    assert len(set(numbers)) == len(numbers)
    taken = {}
    for panel in BOARD["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        columns, rows = range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])
        for cell in itertools.product(columns, rows):
            assert taken.setdefault(cell, panel["title"]) == panel["title"], cell


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: f"{panel['id']} {panel['title']}")
def test_a_panel_says_what_it_shows_and_asks_the_chosen_prometheus(panel):
    assert panel["description"].endswith(".")
    assert panel["datasource"]["uid"] == "${datasource}"
    assert [each["refId"] for each in panel["targets"]] == list("ABCD"[: len(panel["targets"])])
    assert all(each["datasource"] == panel["datasource"] for each in panel["targets"])


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: f"{panel['id']} {panel['title']}")
def test_a_legend_names_labels_that_its_query_keeps(panel):
    for target in panel["targets"]:
        shown = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        kept = re.findall(r"\bby \(([^)]*)\)", target["expr"])
        if kept:
            assert shown <= set(kept[0].replace(" ", "").split(",")), target["expr"]


def test_every_variable_that_is_used_is_there():
    used = set(re.findall(r"\$\{?(\w+)", json.dumps([each["targets"] for each in PANELS])))
    assert used - _GRAFANAS == {each["name"] for each in BOARD["templating"]["list"]}
