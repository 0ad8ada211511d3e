"""Pages of several replicas as one: Prometheus' parser reads it; nothing is lost or made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from dcf.gateway.telemetry.replica_pages import ReplicaPage, joined


def page(text, port=1, revision=1):
    return ReplicaPage(f"127.0.0.1:{port}", revision, text)


def samples(text):
    found = {}
    for family in text_string_to_metric_families(text):
        for each in family.samples:
            key = (each.name, *sorted(each.labels.items()))
            assert key not in found
            found[key] = each.value
    return found


def of_library(values):
    registry = CollectorRegistry()
    Counter("seen", "Seen.", ["kind"], registry=registry).labels('a"b\\c\nd').inc(values)
    Gauge("depth", "Depth {of} all.", registry=registry).set(-values)
    Histogram("size", "Sizes.", buckets=(1, 2), registry=registry).observe(values)
    return generate_latest(registry).decode()


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_every_sample_of_each_is_there_with_its_replica(first, second):
    texts = {(1, 3): of_library(first), (2, 4): of_library(second)}
    found = samples(joined(page(text, *key) for key, text in texts.items()))
    wanted = {}
    for (port, revision), text in texts.items():
        labels = {"instance": f"127.0.0.1:{port}", "revision": str(revision)}
        for (name, *pairs), value in samples(text).items():
            wanted[name, *sorted({**dict(pairs), **labels}.items())] = value
    assert found == wanted


def test_each_family_has_one_head_above_all_its_samples():
    text = joined([page(of_library(1)), page(of_library(2), 2)])
    lines = text.splitlines()
    assert lines.count("# TYPE size histogram") == 1
    at = [n for n, line in enumerate(lines) if line.startswith("size_bucket")]
    assert len(at) == 6
    assert at[-1] - lines.index("# TYPE size histogram") < 12


def test_no_replica_no_lines():
    assert joined([]) == ""


@pytest.mark.parametrize(
    "line",
    [
        "", "no sample", "a{b=c} 1", 'a{b="c"} one', 'a{b="c} 1', 'a{b="c"}1', "a 1 2 3 4 5",
        'a{b="c"\x00} 1', "# TYPE", "1a 1", 'a{instance="x" 1', "\x1b[31m 1", "a{} 1 # {x=1} 2",
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_left_out_and_the_others_stay(line):
    assert samples(joined([page(f"{line}\ngood 1\n")])) == {
        ("good", ("instance", "127.0.0.1:1"), ("revision", "1")): 1
    }


@given(st.text())
def test_whatever_a_replica_says_the_page_can_be_read(text):
    joined([page(text)])
    for line in joined([page(text)]).splitlines():
        assert line.startswith("#") or 'instance="127.0.0.1:1"' in line
