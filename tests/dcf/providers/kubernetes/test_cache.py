"""Records follow lists and events, in any order of them."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from dcf.providers.kubernetes.cache import Cache, Change

NAMES, OWNERS = st.sampled_from("abc"), st.sampled_from("xyz")
OBJECTS = st.dictionaries(NAMES, st.tuples(OWNERS, st.integers(0, 3)), max_size=3)


def found(name, owner, number=0, version="1"):
    return {
        "metadata": {"name": name, "resourceVersion": version}, "owner": owner, "number": number
    }  # fmt: skip


def cache():
    return Cache(lambda item, _before: (item["owner"], item["number"]), lambda record: record[0])


def event(kind, item):
    return {"type": kind, "object": item}


def test_what_a_list_has_not_is_gone_and_what_is_the_same_is_no_change():
    one = cache()
    assert one.listed(one.read([found("a", "x"), found("b", "y")]), "5") == [
        Change(frozenset("x"), "a", None, ("x", 0)), Change(frozenset("y"), "b", None, ("y", 0)),
    ]  # fmt: skip
    changes = one.listed(one.read([found("a", "x"), found("c", "x")]), "6")
    assert changes == [
        Change(frozenset("y"), "b", ("y", 0), None), Change(frozenset("x"), "c", None, ("x", 0)),
    ]  # fmt: skip
    assert (one.version, list(one.owners()), one.of("y")) == ("6", ["x"], ())


def test_events_change_one_object_and_bookmarks_the_version_alone():
    one = cache()
    assert one.event(event("ADDED", found("a", "x", 1, "7"))) == Change(
        frozenset("x"), "a", None, ("x", 1)
    )
    assert one.event(event("MODIFIED", found("a", "y", 1, "8"))) == Change(
        frozenset("xy"), "a", ("x", 1), ("y", 1)
    )
    assert one.event(event("MODIFIED", found("a", "y", 1, "9"))) is None
    assert one.event(event("BOOKMARK", {"metadata": {"resourceVersion": "12"}})) is None
    assert (one.version, one.get("a")) == ("12", ("y", 1))
    gone = one.event(event("DELETED", found("a", "y", 1, "13")))
    assert gone == Change(frozenset("y"), "a", ("y", 1), None)
    assert one.event(event("DELETED", found("a", "y", 1, "14"))) is None


def test_an_object_that_cannot_be_read_is_nobodys_and_ends_no_watch(caplog):
    one = cache()
    one.event(event("ADDED", found("a", "x")))
    broken = {"kind": "Pod", "metadata": {"name": "a", "resourceVersion": "2"}}
    assert one.event(event("MODIFIED", broken)).after is None
    assert "Pod a cannot be read" in caplog.text


def test_a_reader_sees_what_was_known_before():
    seen = []
    one = Cache(lambda item, before: seen.append(before) or item["number"], str)
    one.event(event("ADDED", found("a", "x", 1)))
    one.event(event("MODIFIED", found("a", "x", 2)))
    assert seen == [None, 1]


@given(st.lists(st.one_of(OBJECTS, st.tuples(NAMES, OWNERS, st.integers(0, 3), st.booleans()))))
def test_it_is_always_what_was_told_last_and_changes_lead_there(steps):
    one, wanted, followed = cache(), {}, {}
    for step in steps:
        if isinstance(step, dict):
            wanted = dict(step)
            changes = one.listed(one.read(found(name, *each) for name, each in step.items()), "1")
        else:
            name, owner, number, is_gone = step
            changes = [
                one.event(event("DELETED" if is_gone else "MODIFIED", found(name, owner, number)))
            ]
            wanted.pop(name, None)
            if not is_gone:
                wanted[name] = owner, number
        for change in filter(None, changes):
            assert followed.get(change.name) == change.before != change.after
            followed[change.name] = change.after
        assert {name: each for name, each in followed.items() if each} == wanted
        assert {name: one.get(name) for name in wanted} == wanted
        assert Counter(one) == Counter(wanted.values())
        for owner in "xyz":
            assert Counter(one.of(owner)) == Counter(
                each for each in wanted.values() if each[0] == owner
            )
        assert set(one.owners()) == {each[0] for each in wanted.values()}
