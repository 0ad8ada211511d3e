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
    return [one for one in threading.enumerate() if isinstance(one, threading.Timer)]


def test_whoever_reads_when_the_time_is_over_reads_the_end(pair):
    ours, theirs = pair
    deadline = Deadline(0.1)
    deadline.begin(ours)
    theirs.sendall(b"x")
    assert ours.recv(1) == b"x"
    assert ours.recv(1) == b""
    assert deadline.is_over


def test_in_time_nothing_is_cut(pair):
    ours, theirs = pair
    deadline = Deadline(30)
    deadline.begin(ours)
    (timer,) = timers()
    deadline.end()
    timer.join(10)
    assert not deadline.is_over
    theirs.sendall(b"x")
    assert ours.recv(1) == b"x"


def test_no_time_is_as_long_as_it_takes(pair):
    deadline = Deadline(0)
    deadline.begin(pair[0])
    assert not timers()
    deadline.end()
    assert not deadline.is_over


def test_a_connection_that_has_ended_by_itself_is_no_fault():
    ours, theirs = socket.socketpair()
    ours.close()
    theirs.close()
    deadline = Deadline(0.01)
    deadline.begin(ours)
    for timer in timers():
        timer.join(10)
    assert deadline.is_over
