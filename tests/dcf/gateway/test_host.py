"""Hosts as others write them, and why a port cannot be had."""

import errno
import socket

import pytest

from dcf.gateway.host import bracketed, from_here, port_words, try_port


@pytest.mark.parametrize(
    ("host", "written"),
    [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("fe80::1%lo", "[fe80::1%lo]"), ("", "")],
)
def test_an_ipv6_address_stands_in_brackets(host, written):
    assert bracketed(host) == written


@pytest.mark.parametrize(
    ("host", "reached"),
    [("", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("10.0.0.7", "10.0.0.7"),
     ("2001:db8::7", "[2001:db8::7]")],
)  # fmt: skip
def test_one_that_listens_everywhere_is_reached_on_loopback(host, reached):
    assert from_here(host) == reached


def test_a_taken_port_and_another_reason_say_different_things_to_do():
    taken = port_words("HTTP", "::1", 80, OSError(errno.EADDRINUSE, "x"), "PORT", "--port")
    assert taken == (
        "HTTP port 80 on ::1 is in use: stop the program that has it, "
        "or choose another with --port or PORT"
    )


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (OSError(errno.EACCES, "Permission denied"),
         "gRPC port 80 on 1.2.3.4 needs rights that you do not have (Permission denied): "
         "choose one above 1023 with --port or PORT"),
        (OSError(errno.EADDRNOTAVAIL, "x"),
         "host 1.2.3.4 is not an address of this machine: choose another with --host or DCF_HOST"),
        (socket.gaierror(-2, "Name or service not known"),
         "host 1.2.3.4 is not known (Name or service not known): "
         "choose another with --host or DCF_HOST"),
        (OSError(errno.ENOBUFS, "No buffer space"),
         "gRPC cannot listen on 1.2.3.4:80 (No buffer space): "
         "choose another with --host, --port or PORT"),
    ],
)  # fmt: skip
def test_each_reason_has_its_own_remedy(fault, words):
    assert port_words("gRPC", "1.2.3.4", 80, fault, "PORT", "--port") == words


@pytest.mark.parametrize("host", ["127.0.0.1", "", "localhost"])
def test_a_port_is_tried_and_left(host):
    try_port(host, 0)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            try_port(host, port)
    try_port(host, port)
    with socket.create_server(("127.0.0.1", port)):
        pass
