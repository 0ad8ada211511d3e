from watcher.caller import Caller
from watcher.web.body_budget import Bodies, Share


def test_what_to_do_is_done_once_whether_the_caller_leaves_before_or_after():
    for leave_first in (True, False):
        done = []
        caller = Caller()
        steps = [
            caller.leave,
            lambda caller=caller, done=done: caller.on_leave(lambda: done.append(1)),
        ]
        for step in steps if leave_first else reversed(steps):
            step()
        caller.leave()
        assert done == [1]


def test_after_the_end_nothing_is_done_and_the_body_is_free():
    bodies, done = Bodies(10), []
    share = Share(bodies)
    share.grow(10)
    caller = Caller(share)
    caller.begin()
    caller.on_leave(lambda: done.append(1))
    share.let_go()
    assert bodies.taken == 10
    caller.end()
    assert bodies.taken == 0
    caller.leave()
    assert not done
