import pytest

from benchmarks.comparisons import latency
from benchmarks.harness.rounds import Round


def test_latency_is_http_over_bare(figures):
    sides = {
        "plain": [("a.jpg", Round(11, 10)), ("b.jpg", Round(24, 20))],
        "detector": [("a.jpg", Round(10, 10))],
    }
    finding = latency.finding(sides)
    assert figures(finding) == [(pytest.approx(1.15), "missed"), (1.0, "-")]
    assert finding.rows[0].note == "17.50 ms / 15.00 ms; rounds 1.10..1.20"
    assert finding.details["plain"][1] == {"photo": "b.jpg", "http_ms": 24, "bare_ms": 20}
