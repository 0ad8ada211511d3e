"""A stand-in answers each request once it is whole, in whatever pieces it comes."""

from benchmarks.harness.address import Address
from benchmarks.harness.connection import Connection
from benchmarks.scale.programs import StandIns


def test_a_request_is_answered_once_it_is_whole():
    with StandIns(3) as replicas:
        assert len(set(replicas.ports)) == 3
        address = Address(int(replicas.ports[2]))
        with Connection(address.port) as connection:
            assert connection.exchange(address.get()).body == b"ok"
            request = address.request(b"x" * 10)
            for end in (5, 30, len(request) - 5):
                connection.send(request[:end])
                connection.send(request[end:])
                while (answer := connection.receive()) is None:
                    pass
                assert (answer.status, answer.body, answer.last) == (200, b"ok", False)
