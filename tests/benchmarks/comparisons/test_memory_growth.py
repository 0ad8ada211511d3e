from benchmarks.comparisons import memory_growth
from benchmarks.harness.accounting import Memory


def test_growth_counts_from_the_first_tenth(figures):
    megabytes = [100, 150, 151, 152]
    readings = [
        (index * 1000, Memory(size * 10**6, size * 10**6 - 5))
        for index, size in enumerate(megabytes)
    ]
    rss, _, growth = figures(memory_growth.finding(readings))
    assert rss == (152.0, "yes")
    assert growth == (2.0, "yes")
