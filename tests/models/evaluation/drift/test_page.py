"""A function's page read back: what the handler counts is what comes out."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from dcf.gateway.telemetry.replica_pages import ReplicaPage, joined
from handler.counts import Counts
from models.evaluation.drift.page import read_counts
from models.ssd.detections import Detections
from models.ssd.errors import ProfileError
from models.ssd.settings import Settings
from watcher.runner import Runner
from watcher.telemetry.metrics import Metrics
from watcher.telemetry.page import MetricsPage

USUAL = Settings(0.5, 0.5, 100, 100)
MODEL = {"name": 'm"\\\n', "version": "1", "precision": "int8", "digest": "ab"}
ODD = 'o"dd\\name\nhere'


def counts(pictures, model=MODEL, settings=USUAL):
    made = Counts(settings, model)
    for scores in pictures:
        boxes = np.tile(np.array([0, 0, 30, 40], np.float32), (len(scores), 1))
        ids, found = np.zeros(len(scores), np.int64), np.array(scores, np.float32)
        detections = Detections((ODD,) * len(scores), ids, found, boxes, 100, 200)
        made.add(SimpleNamespace(detections=detections), settings)
    return made


@pytest.fixture
def page():
    """What a gateway gives of replicas that counted so."""
    runner = Runner(lambda request: None, concurrency=1, max_inflight=1, exec_timeout=1)

    def make(*replicas):
        return joined(
            ReplicaPage(f"127.0.0.1:{n}", n, MetricsPage(Metrics(runner, "", each)).text().decode())
            for n, each in enumerate(replicas, 1)
        )

    yield make
    runner.close(1)


def test_each_replica_has_what_its_handler_counted(page):
    one, other = counts([[0.9, 0.6], []]), counts([[0.7]])
    other._otherwise = 5
    found = read_counts(page(one.series, other.series))
    assert list(found) == ["127.0.0.1:1", "127.0.0.1:2"]
    first, second = found.values()
    assert first.profile == one._profile
    assert second.profile == other._profile
    assert dict(first.profile.classes) == {ODD: 2}
    assert (first.otherwise, second.otherwise) == (0, 5)
    assert first.model == MODEL


def test_no_replica_no_counts():
    assert read_counts("") == {}


def test_a_function_that_counts_no_pictures_is_said(page):
    with pytest.raises(ProfileError, match="counts no pictures"):
        read_counts(page(list))


@pytest.mark.parametrize(
    ("pattern", "instead", "words"),
    [
        (r'(ssd_confidence_bucket.*le=")0.5"', r'\g<1>0.55555"', "other bins"),
        (r"ssd_confidence_bucket.*\n", "", "other bins"),
        (r"(ssd_pictures_total.*) 1\.0", r"\1 1.5", "must be a count"),
        (r"(ssd_pictures_total.*) 1\.0", r"\1 -1", "must be a count"),
        (r"(ssd_detections_total.*) 1\.0", r"\1 NaN", "must be a count"),
        (r"(ssd_detections_total.*) 1\.0", r"\1 +Inf", "must be a count"),
        (r'(ssd_confidence_bucket.*le="0.95".*) 1\.0', r"\1 7.0", "below 0"),
        (r"(ssd_confidence_sum.*) .*", r"\1 NaN", "is broken"),
        (r'threshold="0.5"', 'threshold="much"', "threshold"),
        (r'threshold="0.5",', "", "threshold"),
        (r'digest="ab",', "", "which model"),
        (r'le="0.5"', 'le="x"', "other bins"),
    ],
)
def test_a_page_that_was_changed_is_refused_in_one_line(page, pattern, instead, words):
    text, changes = re.subn(pattern, instead, page(counts([[0.9]]).series))
    assert changes
    with pytest.raises(ProfileError, match=words) as caught:
        read_counts(text)
    assert "\n" not in caught.value.message
