from benchmarks.comparisons import from_zero
from benchmarks.harness.rounds import Round


def test_the_call_at_zero_is_the_judged_side(figures):
    assert figures(from_zero.finding([Round(0.9, 0.5)])) == [(1.8, "missed")]
