"""Ports that the system chooses."""

import socket

from dcf.providers.process.free_ports import free_ports


def test_they_are_distinct_and_free():
    ports = free_ports("127.0.0.1", 20)
    assert len(set(ports)) == 20
    for port in ports:
        with socket.socket() as one:
            one.bind(("127.0.0.1", port))  # nobody has it, and we let go of it


def test_none_may_be_asked_for():
    assert free_ports("127.0.0.1", 0) == ()
