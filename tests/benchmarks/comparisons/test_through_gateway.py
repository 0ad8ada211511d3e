from benchmarks.comparisons import through_gateway
from benchmarks.harness.rounds import Round


def test_the_gateway_is_the_judged_side(figures):
    finding = through_gateway.finding([Round(12, 8)], [Round(79, 100)], 8)
    assert figures(finding) == [(1.5, "missed"), (0.79, "missed")]
