"""What a function goes back to."""

import pytest

from dcf.errors import InvalidRequest, NotFound
from dcf.providers.going_back import earlier_spec, spec_of_revision
from dcf.providers.placement import FAILED, READY, FunctionSpec, RevisionInfo


def info(number, image, rollout=READY, *, serving=False, **more):
    return RevisionInfo(number, FunctionSpec("f", image, **more), "", "", rollout, serving=serving)


def test_it_is_the_newest_that_was_ready_before_what_serves_and_was_something_else():
    past = [
        info(6, "on its way", "progressing"),
        info(5, "c", serving=True),
        info(4, "c", annotations={"dcf.rollout.mode": "canary"}),  # the same, on other terms
        info(3, "broken", FAILED),
        info(2, "b"),
        info(1, "a"),
    ]
    assert earlier_spec("f", past).image == "b"
    assert spec_of_revision("f", past, 3).image == "broken"  # somebody may want just that


@pytest.mark.parametrize(
    "past", [[], [info(1, "a")], [info(1, "a", serving=True)],
             [info(2, "a", serving=True), info(1, "b", FAILED)]],
)  # fmt: skip
def test_there_may_be_nothing_to_go_back_to(past):
    with pytest.raises(InvalidRequest, match="function f has no earlier revision"):
        earlier_spec("f", past)


def test_a_number_that_is_not_kept_is_said_with_where_to_look():
    with pytest.raises(NotFound, match="no revision 7: `dcf function history f`"):
        spec_of_revision("f", [info(1, "a")], 7)
