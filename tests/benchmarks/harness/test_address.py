"""A request is whole HTTP/1.1; free ports are distinct."""

import socket

from benchmarks.harness.address import HOST, Address, free_ports
from benchmarks.harness.connection import Connection


def test_a_request_is_whole():
    head, _, body = (
        Address(8080, "/function/ssd").request(b"\xff\xd8", query="?a=b").partition(b"\r\n\r\n")
    )
    assert head.split(b"\r\n")[0] == b"POST /function/ssd?a=b HTTP/1.1"
    assert b"Content-Length: 2" in head.split(b"\r\n")
    assert body == b"\xff\xd8"


def test_a_get_is_answered(address):
    with Connection(address.port) as connection:
        asked = Address(address.port, "/_/ready").get()
        assert connection.exchange(asked).body == b"GET /_/ready"


def test_ports_are_distinct_and_free():
    ports = free_ports(5)
    assert len(set(ports)) == 5
    for port in ports:
        with socket.socket() as listener:
            listener.bind((HOST, port))
