from benchmarks.comparisons import replicas
from benchmarks.harness.rounds import Round


def test_two_are_held_against_one_and_another_one_is_weighed(figures):
    finding = replicas.finding([Round(150, 100)], 112.0)
    assert figures(finding) == [(1.5, "-"), (112.0, "-")]
