"""A handler's own series: right ones are on the page, wrong ones cost one line of the log."""

import logging
import threading
from itertools import repeat

import pytest
from prometheus_client.parser import text_string_to_metric_families

from watcher.telemetry import handler_series
from watcher.telemetry.handler_series import MAX_SERIES, BadSeries, HandlerSeries, families_of
from watcher.telemetry.page import MetricsPage

HITS = ("cache_hits_total", "counter", "Answers from the cache.", {"kind": "warm"}, 3)
DEPTH = ("cache_depth", "gauge", "Entries.", {}, 7.5)
SIZES = (
    "answer_bytes",
    "histogram",
    "Sizes.",
    {},
    {"edges": (1, 10), "counts": [2, 0, 1], "sum": 40},
)


def page_with(metrics, answer):
    metrics.of_handler = answer
    return MetricsPage(metrics)


def samples(metrics, answer):
    """Name and labels -> value, of everything on the page."""
    text = page_with(metrics, answer).text().decode()
    return {
        (one.name, *sorted(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_each_kind_is_on_the_page_beside_the_watchers_own(metrics):
    found = samples(metrics, lambda: iter((HITS, DEPTH, SIZES)))
    assert found["cache_hits_total", ("kind", "warm")] == 3
    assert found[("cache_depth",)] == 7.5
    assert [found["answer_bytes_bucket", ("le", end)] for end in ("1.0", "10.0", "+Inf")] == [
        2,
        2,
        3,
    ]
    assert (found[("answer_bytes_count",)], found[("answer_bytes_sum",)]) == (3, 40)
    assert found[("http_requests_in_flight",)] == 0


def test_a_label_of_any_text_cannot_break_the_page(metrics):
    odd = 'a"b\\c\nd'
    found = samples(metrics, lambda: [("seen_total", "counter", "x", {"class": odd}, 1)])
    assert found["seen_total", ("class", odd)] == 1


def test_it_is_asked_at_each_scrape_and_not_before(metrics):
    asked = []
    page = page_with(metrics, lambda: asked.append(1) or [DEPTH])
    assert asked == []
    page.text()
    page.text()
    assert asked == [1, 1]


def one(**changes):
    parts = {"name": "a", "kind": "gauge", "help": "h", "labels": {}, "value": 1} | changes
    return tuple(parts.values())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([("a", 1)], "a series is"),
        ([["a", "gauge", "h", {}, 1]], "a series is"),
        ([one(name="1a")], "a name is"),
        ([one(name="a-b")], "a name is"),
        ([one(name="a" * 101)], "a name is"),
        ([one(name="http_requests")], "watcher's own names"),
        ([one(name="process_cpu")], "watcher's own names"),
        ([one(kind="summary")], "the kind of a"),
        ([one(kind=["gauge"])], "the kind of a"),
        ([one(help="h" * 201)], "the help of a"),
        ([one(help=None)], "the help of a"),
        ([one(labels=None)], "the labels of a"),
        ([one(labels={"le": "1"})], "is taken"),
        ([one(labels={"instance": "1"})], "is taken"),
        ([one(labels={"__x": "1"})], "is named"),
        ([one(labels={"b c": "1"})], "is named"),
        ([one(labels={"b": 1})], "is text"),
        ([one(labels={"b": "x" * 201})], "is text"),
        ([one(value="1")], "must be a number"),
        ([one(value=None)], "must be a number"),
        ([one(kind="counter", value=-1)], "is 0 or more"),
        ([one(kind="counter", value=float("nan"))], "is 0 or more"),
        ([one(), one()], "is there twice"),
        ([one(), one(help="other")], "two kinds or two helps"),
        ([one(), one(kind="counter")], "two kinds or two helps"),
        ([one(), one(labels={"b": "1"})], "different labels"),
        ([one(name="a_total"), one(kind="counter")], "both have lines called a_total"),
        ([one(name="b_count"), (*SIZES[:1], *SIZES[1:]), ("b", *SIZES[1:])], "both have lines"),
        ([(*SIZES[:4], 3)], "is a mapping of"),
        ([(*SIZES[:4], {"edges": [1], "counts": [1], "sum": 1})], "one count more than edges"),
        ([(*SIZES[:4], {"edges": [1, 1], "counts": [1, 1, 1], "sum": 1})], "must grow"),
        ([(*SIZES[:4], {"edges": [float("inf")], "counts": [1, 1], "sum": 1})], "are finite"),
        ([(*SIZES[:4], {"edges": [1], "counts": [1, -1], "sum": 1})], "0 or more"),
        ([(*SIZES[:4], {"edges": "12", "counts": [1, 1, 1], "sum": 1})], "lists of numbers"),
        ((one(labels={"n": str(n)}) for n in range(MAX_SERIES + 1)), "more than"),
        (repeat(one()), "is there twice"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(answer, words):
    with pytest.raises(BadSeries, match=words):
        families_of(answer)


def test_as_many_as_allowed_are_taken():
    (family,) = families_of(one(labels={"n": str(n)}) for n in range(MAX_SERIES))
    assert len(family.samples) == MAX_SERIES


class Failing:
    """Raises, then answers, then raises again."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def metrics(self):
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.mark.parametrize("fault", [ValueError("no"), SystemExit(3), MemoryError()], ids=repr)
def test_one_that_raises_costs_one_line_and_not_the_page(metrics, caplog, fault):
    caplog.set_level(logging.ERROR)
    handler = Failing(fault, fault, [DEPTH], fault)
    page = page_with(metrics, handler.metrics)
    for _ in range(2):
        assert b"http_requests_in_flight" in page.text()
    assert len(caplog.records) == 1
    assert "metrics() failed" in caplog.records[0].getMessage()
    assert b"cache_depth 7.5" in page.text()
    page.text()
    assert len(caplog.records) == 2  # it had been well again


@pytest.mark.parametrize("answer", [None, 3, "text", b"bytes", {"a": 1}, [None]], ids=repr)
def test_another_answer_costs_one_line_and_not_the_page(metrics, caplog, answer):
    page = page_with(metrics, lambda: answer)
    assert b"http_requests_in_flight" in page.text()
    assert "metrics()" in caplog.text


def test_one_that_never_answers_keeps_one_scrape_and_no_other(metrics, monkeypatch, caplog):
    monkeypatch.setattr(handler_series, "_WAIT_S", 0.01)
    asked, go_on = threading.Event(), threading.Event()

    def metrics_of_handler():
        asked.set()
        assert go_on.wait(20)
        return [DEPTH]

    series = HandlerSeries(metrics_of_handler)
    page = page_with(metrics, metrics_of_handler)
    page._of_handler = series
    first = threading.Thread(target=series.families)
    first.start()
    assert asked.wait(20)
    assert b"http_requests_in_flight" in page.text()
    assert "has not answered" in caplog.text
    go_on.set()
    first.join(20)
    assert b"cache_depth 7.5" in page.text()
