"""Hosts as others write them, and why a port cannot be had."""

import errno

import pytest

from dcf.gateway.host import bracketed, from_here, port_words


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
    denied = OSError(errno.EACCES, "Permission denied")
    assert port_words("gRPC", "1.2.3.4", 80, denied, "PORT", "--port") == (
        "gRPC cannot listen on 1.2.3.4:80 (Permission denied): "
        "choose another with --host, --port or PORT"
    )
