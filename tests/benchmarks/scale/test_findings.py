from benchmarks.scale import findings
from benchmarks.scale.programs import Loaded
from benchmarks.scale.providers import Crowd

MANY, WIDE = Crowd(100), Crowd(1, 200)


def rows(finding):
    return [(each.what, each.figure, str(each.bar), each.verdict) for each in finding.rows]


def test_what_must_stay_is_held_against_the_smallest():
    found = findings.flat(
        "a call", {Crowd(): [1.0, 2.0], MANY: [1.5, 3.0], WIDE: [3.0, 6.0]}, "", 2
    )
    assert rows(found) == [
        ("a call: 100 functions / 1", 1.5, "≤ 2", "yes"),
        ("a call: 1 function, 200 replicas / 1", 3.0, "≤ 2", "missed"),
    ]


def test_a_list_may_grow_as_what_it_lists():
    times = {Crowd(): [1.0], MANY: [50.0], Crowd(1000): [800.0]}
    assert rows(findings.linear("list", times, "ms")) == [
        ("list: 100 functions / 1", 50.0, "≤ 120", "yes"),
        ("list: 1,000 functions / 1", 800.0, "≤ 1200", "yes"),
        ("list: 1,000 functions / 100", 16.0, "≤ 12", "missed"),
    ]


def test_two_gateways_against_one():
    two, one = Loaded(2000, 2.0, 0.8, 1.0), Loaded(1000, 1.5, 0.4, 0.5)
    found = findings.pair([(two, one)], 2)
    assert [each.figure for each in found.rows] == [1.0, 1.5, 2500.0]
    assert "2 cores, of which load and replicas took 0.5" in found.rows[1].note
