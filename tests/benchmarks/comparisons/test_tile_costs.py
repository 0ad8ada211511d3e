from benchmarks.comparisons import tile_costs
from benchmarks.harness.plan import Plan
from benchmarks.harness.rounds import Round
from models.ssd.bundle import DEFAULT_BUNDLE


def test_two_tiles_a_side_are_held_to_the_bar_and_three_only_told(figures):
    finding = tile_costs.finding(
        {
            "tiles=2": [Round(20, 5), Round(50, 10), Round(30, 5)],
            "tiles=3": [Round(70, 5)],
            "tiles=2, 12 megapixels": [Round(60, 10)],
        }
    )
    assert figures(finding) == [(5, "yes"), (14, "-"), (6, "missed")]
    assert finding.rows[0].note == "30.00 ms / 5.00 ms; rounds 4.00..6.00"
    assert finding.details["tiles=3"] == [{"tiles_ms": 70, "plain_ms": 5}]


def test_it_measures_real_calls():
    finding = tile_costs.measure(Plan(DEFAULT_BUNDLE, rounds=1, calls=6))
    assert [row.what for row in finding.rows] == [
        f"processor time, tiles={tiles}{size} / plain"
        for size in ("", ", 12 megapixels")
        for tiles in (2, 3)
    ]
    sides = [finding.details[name][0] for name in finding.details]
    assert all(side["tiles_ms"] > 0 for side in sides)
    assert all(side["plain_ms"] > 0 for side in sides)
