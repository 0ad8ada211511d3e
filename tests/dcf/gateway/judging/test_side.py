"""What is counted of one revision's answers."""

from dcf.gateway.judging.side import Side


def test_answers_are_counted_by_what_they_say_of_the_function():
    side = Side()
    for status in (200, 204, 302, 404, 429, 500, 502, 504, 499):
        side.answered(status, 0.01)
    assert (side.calls, side.errors, side.refusals, len(side.seconds)) == (8, 3, 2, 3)
    assert side.share(side.errors) == 3 / 8
    assert side.line == "8 calls, 3 errors, 2 refused, median 10 ms"


def test_a_replica_that_dies_is_an_error():
    side = Side()
    side.died()
    assert (side.calls, side.errors, side.deaths) == (1, 1, 1)
    assert side.line == "1 calls, 1 errors, 1 replicas ended"


def test_of_nothing_there_is_no_share_and_no_median():
    side = Side()
    assert (side.share(0), side.median_ms, side.line) == (0.0, "unknown", "0 calls, 0 errors")


def test_of_many_timings_an_even_sample_is_kept():
    side = Side()
    for number in range(20_000):
        side.answered(200, float(number))
    assert (side.calls, len(side.seconds)) == (20_000, 1000)
    assert 8_000 < sorted(side.seconds)[500] < 12_000
