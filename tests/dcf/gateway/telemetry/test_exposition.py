"""The text format, held against the reader of Prometheus' own library."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from dcf.gateway.telemetry.exposition import BUCKETS, COUNTER, GAUGE, HISTOGRAM, Family, Times

CALLS = Family("calls_total", COUNTER, ("code", "name"), "Calls.")
LEVEL = Family("level", GAUGE, (), "A level.")
TIME = Family("time_seconds", HISTOGRAM, ("name",), "A time.")
CONTRACT = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}


def test_buckets_go_from_a_millisecond_to_a_minute_and_have_the_contracts():
    assert (BUCKETS[0], BUCKETS[-1]) == (0.001, 60)
    assert set(BUCKETS) > CONTRACT
    assert list(BUCKETS) == sorted(BUCKETS)


@given(st.text(), st.floats(0, 1e18))
def test_any_label_and_number_comes_back(name, number):
    text = CALLS.table({("200", name): number})
    (family,) = text_string_to_metric_families(text)
    (sample,) = family.samples
    assert (family.name, family.type) == ("calls", "counter")
    assert (sample.name, sample.value) == ("calls_total", number)
    assert sample.labels == {"code": "200", "name": name}


@given(st.lists(st.floats(0, 100), max_size=50))
def test_a_histogram_comes_back(seconds):
    times = Times()
    for each in seconds:
        times.add(each)
    (family,) = text_string_to_metric_families(TIME.head + TIME.lines(("x",), times))
    told = {(each.name, each.labels.get("le")): each.value for each in family.samples}
    for edge in BUCKETS:
        count = sum(each <= edge for each in seconds)
        assert told["time_seconds_bucket", repr(float(edge))] == count
    assert told["time_seconds_bucket", "+Inf"] == told["time_seconds_count", None] == len(seconds)
    assert told["time_seconds_sum", None] == pytest.approx(math.fsum(seconds))
    assert times.count == len(seconds)


def test_without_labels_or_samples():
    assert LEVEL.one(3) == "# HELP level A level.\n# TYPE level gauge\nlevel 3.0\n"
    (family,) = text_string_to_metric_families(CALLS.head)
    assert family.samples == []


def test_the_edge_of_a_bucket_is_in_it():
    times = Times()
    times.add(0.001)
    times.add(60.0)
    times.add(60.1)
    assert (times.counts[0], times.counts[-2], times.counts[-1]) == (1, 1, 1)
