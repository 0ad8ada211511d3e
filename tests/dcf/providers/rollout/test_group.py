"""The replicas of one revision: who is ready, who goes first when there are to be fewer."""

from dcf.providers.rollout.group import Group


def group(*are_ready):
    made = Group(7)
    for is_ready in are_ready:
        made.note(made.add(), is_ready=is_ready)
    return made


def test_members_are_numbered_on_and_begin_not_ready():
    made = Group(7)
    assert (made.number, made.wanted, made.ready, made.is_all_ready) == (7, 0, [], True)
    assert [made.add(), made.add()] == [1, 2]
    assert (made.wanted, made.ready, made.is_all_ready) == (2, [], False)
    made.note(2, is_ready=True)
    assert (made.ready, made.is_all_ready) == ([2], False)
    made.note(1, is_ready=True)
    assert (made.ready, made.is_all_ready) == ([1, 2], True)
    made.note(2, is_ready=False)
    assert (made.ready, made.is_all_ready) == ([1], False)


def test_those_that_are_not_ready_go_first_and_then_the_newest():
    made = group(True, False, True, False, True)
    assert made.release(1) == [4]
    assert made.release(2) == [2, 5]
    assert (made.ready, made.wanted, made.ending) == ([1, 3], 2, {4, 2, 5})
    assert made.release(9) == [3, 1]
    assert (made.wanted, made.ending) == (0, {1, 2, 3, 4, 5})


def test_to_release_none_or_fewer_releases_nobody():
    made = group(True, True)
    assert made.release(0) == []
    assert (made.wanted, made.ending) == (2, set())


def test_who_was_released_is_no_member_and_its_number_is_not_given_again():
    """News of a process that ends must not be taken for news of the one that was started since."""
    made = group(True)
    assert 1 in made
    made.release(1)
    assert 1 not in made
    assert made.add() == 2


def test_what_a_revision_is_begins_with_nothing():
    made = Group(1)
    assert (made.has_served, made.is_leaving, made.ending) == (False, False, set())
