"""An end to waiting, on a real pair of sockets."""

import socket
import threading

import pytest

from dcf.client.deadline import Deadline


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    ours.settimeout(20)
    yield ours, theirs
    ours.close()
    theirs.close()


def timers():
    """Those there are, some of other tests: one that was ended lives on for a moment."""
    return {one for one in threading.enumerate() if isinstance(one, threading.Timer)}


def test_whoever_reads_when_the_time_is_over_reads_the_end(pair):
    ours, theirs = pair
    theirs.sendall(b"x")  # before: who is slow here would write to a connection that has ended
    deadline = Deadline(0.1)
    deadline.begin(ours)
    assert ours.recv(1) == b"x"
    assert ours.recv(1) == b""
    assert deadline.is_over


def test_in_time_nothing_is_cut(pair):
    ours, theirs = pair
    before, deadline = timers(), Deadline(30)
    deadline.begin(ours)
    (timer,) = timers() - before
    deadline.end()
    timer.join(10)
    assert not deadline.is_over
    theirs.sendall(b"x")
    assert ours.recv(1) == b"x"


def test_no_time_is_as_long_as_it_takes(pair):
    before, deadline = timers(), Deadline(0)
    deadline.begin(pair[0])
    assert not timers() - before
    deadline.end()
    assert not deadline.is_over


def test_a_connection_that_has_ended_by_itself_is_no_fault():
    ours, theirs = socket.socketpair()
    ours.close()
    theirs.close()
    before, deadline = timers(), Deadline(0.01)
    deadline.begin(ours)
    for timer in timers() - before:
        timer.join(10)
    assert deadline.is_over
