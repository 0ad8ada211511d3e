import pytest

from benchmarks.comparisons import cold_start
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.rounds import Round


def test_the_parts_of_a_cold_start_make_up_the_whole(figures):
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


def test_a_start_report_without_parts_is_refused():
    with pytest.raises(BenchmarkError, match="start report"):
        cold_start.split("ready: ssd", 0.8)
