"""What the page asks that nobody else does, of a real gateway."""

import time

import pytest


@pytest.fixture
def gateway(background):
    gateway = background()
    for name in ("f", "g", "idle"):
        body = {"service": name, "image": "x"}
        assert gateway.ask("POST", "/system/functions", json=body).status_code == 202
    for name in ("f", "f", "g"):
        assert gateway.ask("POST", f"/function/{name}", data=b"x").status_code == 200
    return gateway


def history(gateway, query=""):
    answer = gateway.ask("GET", f"/ui/history{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_one_functions_hour(gateway):
    told = history(gateway, "?function=f")
    assert told["step"] == 10
    assert set(told["series"]) == {"f"}
    series = told["series"]["f"]
    assert {len(each) for each in series.values()} == {360}
    assert sum(series["calls"]) == 2
    assert sum(series["errors"]) == 0
    assert told["from"] % 10 == 0
    last = told["from"] + 3600
    assert abs(last - time.time()) <= 20


def test_a_function_that_was_not_called_has_a_quiet_hour(gateway):
    told = history(gateway, "?function=idle.openfaas-fn&seconds=60&step=20")
    assert told["series"] == {
        "idle": {"calls": [0] * 3, "errors": [0] * 3, "p50": [None] * 3, "p99": [None] * 3}
    }


def test_all_functions_last_minutes(gateway):
    told = history(gateway)
    assert told["step"] == 600
    assert {name: each["calls"] for name, each in told["series"].items()} == {"f": [2], "g": [1]}
    assert all(each["p50"][0] > 0 for each in told["series"].values())
    told = history(gateway, "?step=60")
    assert (told["step"], len(told["series"]["f"]["calls"])) == (60, 10)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?seconds=5", "seconds must be a multiple of 10 from 10 to 3600, got '5'"),
        ("?seconds=3610", "seconds must be"),
        ("?seconds=x", "seconds must be"),
        ("?seconds=-10", "seconds must be"),
        ("?seconds=%D9%A1%D9%A0", "seconds must be"),
        ("?step=15", "step must be"),
        ("?seconds=3600&step=10", "at most 60 steps"),
        ("?function=", "valid DNS"),
        ("?function=No_name", "valid DNS"),
    ],
)
def test_what_is_wrong_is_said(gateway, query, words):
    answer = gateway.ask("GET", f"/ui/history{query}")
    assert answer.status_code == 400
    assert words in answer.text


def test_no_such_function(gateway):
    assert gateway.ask("GET", "/ui/history?function=none").status_code == 404
