import pytest

from benchmarks.comparisons import throughput
from benchmarks.comparisons.throughput import Bare
from benchmarks.harness.server_load import Served


def test_throughput_gives_the_generator_back_its_processor_time(figures, load):
    # 90 calls/s while the generator took a fifth of one of two processors.
    served = Served(load(180, 2.0, generator=0.4), cpu_seconds=3.6)
    bare = Bare(rate=110.0, cpu_ms_per_call=18.0)
    fair, raw, cpu = figures(throughput.finding([(served, bare)], 2, 8))
    assert fair == (pytest.approx(100 / 110), "yes")
    assert raw == (pytest.approx(90 / 110), "-")
    assert cpu == (pytest.approx(20 / 18), "yes")
