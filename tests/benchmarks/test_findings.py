"""What each benchmark makes of its measurements: the ratio, the right way up, and its bar."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks import (
    cold_start,
    command_start,
    environment_size,
    hostile_bodies,
    latency,
    memory_growth,
    original_way,
    peers,
    through_gateway,
    throughput,
)
from benchmarks.accounting import Memory
from benchmarks.contest import Score
from benchmarks.errors import BenchmarkError, CannotMeasure
from benchmarks.load import Outcome
from benchmarks.rounds import Round
from benchmarks.throughput import Bare, Served


def figures(finding):
    return [(row.figure, row.verdict) for row in finding.rows]


def load(calls, seconds, generator=0.0, status=200):
    return Outcome(seconds, generator, [5.0] * calls, Counter({status: calls}))


def test_latency_is_http_over_bare():
    sides = {
        "plain": [("a.jpg", Round(11, 10)), ("b.jpg", Round(24, 20))],
        "detector": [("a.jpg", Round(10, 10))],
    }
    first, second = figures(latency.finding(sides))
    assert first == (pytest.approx(1.15), "missed")
    assert second == (1.0, "-")


def test_throughput_gives_the_generator_back_its_processor_time():
    # 90 calls/s while the generator took a fifth of one of two processors.
    served = Served(load(180, 2.0, generator=0.4), cpu_seconds=3.6)
    bare = Bare(rate=110.0, cpu_ms_per_call=18.0)
    fair, raw, cpu = figures(throughput.finding([(served, bare)], 2, 8))
    assert fair == (pytest.approx(100 / 110), "yes")
    assert raw == (pytest.approx(90 / 110), "-")
    assert cpu == (pytest.approx(20 / 18), "yes")


def test_the_gateway_is_the_judged_side():
    rounds = through_gateway.Rounds([Round(12, 8)], [Round(79, 100)])
    assert figures(through_gateway.finding(rounds, 8)) == [(1.5, "missed"), (0.79, "missed")]


def test_the_parts_of_a_cold_start_make_up_the_whole():
    log = "2026 ready: ssd, Handler of h.py in 0.50 s (import 0.25, build 0.15, warm 0.02); http"
    parts = cold_start.split(log, 0.8)
    # Ready comes after the first answer, and is no part of it.
    assert parts.pop("ready") == pytest.approx(0.5)
    assert sum(parts.values()) == pytest.approx(0.8)
    assert parts["start and first call"] == pytest.approx(0.38)
    parts["ready"] = 0.5
    finding = cold_start.finding([Round(0.8, 0.5)], [parts], 0.02)
    assert figures(finding)[0] == (1.6, "yes")
    assert len(finding.rows) == 1 + len(parts)


def test_a_start_report_without_parts_is_told():
    with pytest.raises(BenchmarkError, match="start report"):
        cold_start.split("ready: ssd", 0.8)


def test_growth_counts_from_the_first_tenth():
    megabytes = [100, 150, 151, 152]
    readings = [
        (index * 1000, Memory(size * 10**6, size * 10**6 - 5))
        for index, size in enumerate(megabytes)
    ]
    rss, _, growth = figures(memory_growth.finding(readings))
    assert rss == (152.0, "yes")
    assert growth == (2.0, "yes")


def test_sizes_are_of_the_packages_that_are_pinned(tmp_path):
    info = tmp_path / "thing-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
    (tmp_path / "thing.py").write_bytes(b"x" * 1000)
    (info / "RECORD").write_text("thing.py,,\nthing-1.0.dist-info/RECORD,,\ngone.py,,\n")
    assert environment_size.pinned("thing==1.0 \\\n    --hash=sha256:00\nOther_x==2\n") == [
        "thing",
        "Other_x",
    ]
    sizes = environment_size.package_sizes(tmp_path, ["thing"])
    assert sizes == {"thing": 1000 + (info / "RECORD").stat().st_size}
    with pytest.raises(CannotMeasure, match="other"):
        environment_size.package_sizes(tmp_path, ["other"])
    rows = environment_size.finding({"a": 3 * 10**6, "b": 10**6}, 10**6, tmp_path).rows
    assert [(row.what, row.figure) for row in rows] == [
        ("serving environment", 4.0), ("model", 1.0), ("  of it: a", 3.0), ("  of it: b", 1.0),
    ]  # fmt: skip


def test_the_original_way_is_so_many_times_slower():
    finding = original_way.finding([Round(1500, 10), Round(100, 10)], [10**8, 3 * 10**8])
    assert figures(finding) == [(80.0, "yes")]
    assert "+200.0 MB a call" in finding.rows[0].note


def test_without_tensorflow_the_original_way_is_skipped(monkeypatch):
    monkeypatch.setattr(original_way, "_PYTHON", Path("/nowhere/python"))
    (row,) = original_way.measure(plan=None).rows
    assert row.verdict == "skipped"
    assert "make train-env" in row.note


def test_one_5xx_or_one_lost_call_misses():
    readings = [Memory(10**8, 10**8)] * 2
    fine = hostile_bodies.finding([load(3, 1, status=400), load(2, 1)], readings, alive=True)
    assert [verdict for _, verdict in figures(fine)] == ["yes", "yes", "yes"]
    bad = [load(3, 1, status=400), load(1, 1, status=500)]
    bad[0].broken = 1
    worse = hostile_bodies.finding(bad, readings, alive=False)
    assert figures(worse)[:2] == [(1, "missed"), (2, "missed")]


def test_peers_are_judged_by_the_best_of_them():
    scores = {
        "watcher, float32": Score([120, 110], [36, 45], [16], [9, 9], [0.9], 10**8),
        "slow": Score([50, 50], [8, 9], [30], [20, 20], [3], 10**8),
        "fast": Score([100, 100], [9, 10], [18], [10, 10], [2], 10**8),
    }
    finding = peers.finding(scores, 8)
    assert figures(finding)[:2] == [(None, "skipped"), (pytest.approx(1.15), "yes")]
    assert "best: fast" in finding.rows[1].note
    assert figures(finding)[2] == (pytest.approx(4.25), "-")
    assert len(finding.rows) == 3 + len(scores)


def test_a_command_is_held_against_a_python_that_does_nothing():
    (row,) = command_start.finding([Round(0.08, 0.01), Round(0.06, 0.01), Round(0.07, 0.01)]).rows
    assert row.figure == pytest.approx(7)
    assert row.verdict == "yes"
    (row,) = command_start.finding([Round(0.09, 0.01)]).rows
    assert row.verdict == "missed"


def test_a_command_that_fails_is_no_fast_one():
    with pytest.raises(BenchmarkError, match="failed: no such"):
        command_start.seconds_of(["sh", "-c", "echo no such function >&2; exit 1"])
