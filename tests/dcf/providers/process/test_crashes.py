"""Pauses between the starts of a replica that ends by itself, and what is told of them."""

from dcf.providers.process.crashes import Crashes


def test_pauses_grow_up_to_half_a_minute_and_begin_again_after_a_steady_run():
    crashes = Crashes()
    pauses = [crashes.ended(float(at), 0.0, "why") for at in range(12)]
    assert pauses[:4] == [0.1, 0.2, 0.4, 0.8]
    assert pauses[-1] == 30.0
    assert crashes.ended(100.0, 95.0, "why") == 30.0  # it ran for 5 s
    assert crashes.ended(200.0, 150.0, "why") == 0.1


def test_once_and_twice_is_no_loop():
    crashes = Crashes()
    assert crashes.loop(0.0, 0.0) == ""
    for at in (0.0, 1.0):
        crashes.ended(at, 0.0, "why")
        assert crashes.loop(at, 0.0) == ""


def test_a_loop_says_how_often_how_long_when_next_and_why():
    crashes = Crashes()
    for at in range(10):
        crashes.ended(10.0 * at, 0.0, f"reason {at}")
    assert crashes.loop(91.0, 0.0) == (
        "crash loop: restarted 10 times in 91 s, next try in 29 s, last: reason 9"
    )
    assert ", trying now, " in crashes.loop(130.0, 0.0)


def test_a_replica_that_has_run_steadily_is_in_no_loop():
    crashes = Crashes()
    for at in range(5):
        crashes.ended(float(at), 0.0, "why")
    assert crashes.loop(20.0, 12.0) != ""
    assert crashes.loop(23.0, 12.0) == ""
    crashes.ended(30.0, 12.0, "why")
    assert crashes.loop(30.0, 0.0) == ""
