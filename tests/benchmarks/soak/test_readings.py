"""Growth is what is there at the end and was not at the start, held to a bound."""

from benchmarks.harness.accounting import MEGABYTE
from benchmarks.soak.readings import Growth, Reading, Use, growths


def test_growth_is_held_to_its_bound():
    small, large = Use(100, 10, 5), Use(int(100 * MEGABYTE), 100, 50)
    start = Reading({"gateway": small, "ssd": small, "echo": small}, 2)
    found = growths(start, Reading({"gateway": large, "ssd": small, "echo": small}, 3), start)
    wrong = [each.what for each in found if not each.holds]
    assert wrong == [
        "gateway: memory", "gateway: file descriptors", "gateway: threads", "child processes",
    ]  # fmt: skip
    assert all(each.holds for each in growths(start, start, start))
    assert Growth("less at the end", "", 9, 3, 12, 0).holds


def test_the_most_of_each_is_kept():
    one, other = Use(1, 20, 3), Use(10, 2, 30)
    most = Reading({"a": one}, 1).most(Reading({"a": other, "b": one}, 4))
    assert most == Reading({"a": Use(10, 20, 30), "b": one}, 4)
