"""Both sides take turns, and one disturbed round moves no figure."""

import math

from benchmarks.harness.bars import at_most
from benchmarks.harness.rounds import Round, alternate, by_side, median_ratio, ratio_row, spread


def test_the_sides_take_turns_and_so_does_the_beginning():
    order = []
    sides = [lambda side=side: order.append(side) or side for side in ("a", "b")]
    assert alternate(3, *sides) == [("a", "b")] * 3
    assert order == ["a", "b", "b", "a", "a", "b"]


def test_a_disturbed_round_does_not_move_the_ratio():
    rounds = [Round(11, 10), Round(12, 10), Round(500, 10), Round(11.5, 10), Round(1, 10)]
    assert median_ratio(rounds) == 1.15


def test_the_ratio_is_of_each_round_not_of_the_medians():
    # The machine slowed down by half between the rounds: both sides alike.
    assert median_ratio([Round(10, 10), Round(22, 20), Round(40, 40)]) == 1.0


def test_a_round_without_a_second_side_is_no_figure():
    assert math.isnan(Round(1, 0).ratio)


def test_the_spread_shows_both_ends():
    assert spread([1.234, 0.5, 2]) == "0.50..2.00"


def test_a_row_has_the_median_ratio_and_both_sides():
    row = ratio_row(
        "slow / fast", [Round(11, 10), Round(24, 20), Round(30, 20)], at_most(1.2), "ms", 1
    )
    assert (row.figure, row.unit, row.verdict) == (1.2, "", "yes")
    assert row.note == "24.0 ms / 20.0 ms; rounds 1.10..1.50"


def test_the_details_name_both_sides():
    assert by_side([Round(1, 2)], "http", "bare") == [{"http": 1, "bare": 2}]
