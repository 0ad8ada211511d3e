import pytest

from benchmarks.peers.contest import Score
from benchmarks.peers.findings import finding


def test_peers_are_judged_by_the_best_of_them():
    scores = {
        "watcher, float32": Score([120, 110], [36, 45], [16], [9, 9], [0.9], 10**8),
        "slow": Score([50, 50], [8, 9], [30], [20, 20], [3], 10**8),
        "fast": Score([100, 100], [9, 10], [18], [10, 10], [2], 10**8),
    }
    found = finding(scores, 8)
    figures = [(row.figure, row.verdict) for row in found.rows]
    assert figures[:2] == [(None, "skipped"), (pytest.approx(1.15), "yes")]
    assert "best: fast" in found.rows[1].note
    assert figures[2] == (pytest.approx(4.25), "-")
    assert len(found.rows) == 3 + len(scores)
    assert found.details["slow"]["pss_bytes"] == 10**8
