from collections import Counter

from benchmarks.comparisons import siege
from benchmarks.harness.load import Outcome


def test_ordinary_callers_must_not_wait_nor_be_refused():
    alone = Outcome(1.0, 0.0, [5.0] * 10, Counter({200: 10}))
    users = Outcome(1.0, 0.0, [9.0] * 98 + [2500.0] * 2, Counter({200: 99, 429: 1}))
    late, refused = siege.finding(alone, users, "429: 3").rows
    assert (late.figure, late.verdict) == (2500.0, "missed")
    assert (refused.figure, refused.verdict, refused.note) == (1, "missed", "429: 3")
