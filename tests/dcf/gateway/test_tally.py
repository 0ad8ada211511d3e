"""Counts of calls, and which of them are still to be kept."""

from dcf.gateway.tally import Tally


def test_changes_are_told_once_unless_they_could_not_be_kept():
    tally = Tally()
    tally.restore({"kept": 7})
    for name in ("kept", "new", "new"):
        tally.add(name)
    changes = tally.changes()
    assert changes == {"kept": 8, "new": 2}
    assert tally.changes() == {}
    tally.tell_again(changes)
    tally.forget("new")
    assert tally.changes() == {"kept": 8, "new": 0}
    assert (tally["kept"], tally["new"], tally["nobody"]) == (8, 0, 0)
