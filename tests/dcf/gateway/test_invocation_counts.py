"""Counts of calls, and which of them are still to be kept."""

from dcf.gateway.invocation_counts import InvocationCounts


def test_changes_are_told_once_unless_they_could_not_be_kept():
    invocation_counts = InvocationCounts()
    invocation_counts.restore({"kept": 7})
    for name in ("kept", "new", "new"):
        invocation_counts.add(name)
    changes = invocation_counts.changes()
    assert changes == {"kept": 8, "new": 2}
    assert invocation_counts.changes() == {}
    invocation_counts.tell_again(changes)
    invocation_counts.forget("new")
    assert invocation_counts.changes() == {"kept": 8, "new": 0}
    assert (invocation_counts["kept"], invocation_counts["new"], invocation_counts["nobody"]) == (
        8,
        0,
        0,
    )
