"""Ports that the system chooses."""

import socket

from dcf.providers.process.free_ports import free_ports
from tests.waiting import until


def can_be_had(port):
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def test_they_are_distinct_and_free():
    def found():
        ports = free_ports("127.0.0.1", 20)
        assert len(set(ports)) == 20
        return all(map(can_be_had, ports))  # another program may have taken one first

    until(found)


def test_none_may_be_asked_for():
    assert free_ports("127.0.0.1", 0) == ()
