from benchmarks.comparisons import hostile_bodies
from benchmarks.harness.accounting import Memory


def test_one_5xx_or_one_lost_call_misses(figures, load):
    readings = [Memory(10**8, 10**8)] * 2
    fine = hostile_bodies.finding([load(3, 1, status=400), load(2, 1)], readings, alive=True)
    assert [verdict for _, verdict in figures(fine)] == ["yes", "yes", "yes"]
    bad = [load(3, 1, status=400), load(1, 1, status=500)]
    bad[0].broken = 1
    worse = hostile_bodies.finding(bad, readings, alive=False)
    assert figures(worse)[:2] == [(1, "missed"), (2, "missed")]


def test_growth_of_more_than_two_megabytes_misses(figures, load):
    readings = [Memory(10**8, 10**8), Memory(10**8 + 2_100_000, 10**8)]
    assert figures(hostile_bodies.finding([load(1, 1)], readings, alive=True))[2][1] == "missed"
