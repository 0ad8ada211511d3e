from pathlib import Path

from benchmarks.comparisons import original_way
from benchmarks.harness.rounds import Round


def test_the_original_way_is_so_many_times_slower(figures):
    finding = original_way.finding([Round(1500, 10), Round(100, 10)], [10**8, 3 * 10**8])
    assert figures(finding) == [(80.0, "yes")]
    assert "+200.0 MB a call" in finding.rows[0].note


def test_without_tensorflow_it_is_skipped(monkeypatch):
    monkeypatch.setattr(original_way, "_PYTHON", Path("/nowhere/python"))
    (row,) = original_way.measure(plan=None).rows
    assert row.verdict == "skipped"
    assert "make train-env" in row.note
