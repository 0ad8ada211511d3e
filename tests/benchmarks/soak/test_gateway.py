"""The gateway under load, before any load: what it uses is read, and it ends with all it had."""

import sys

from benchmarks.soak.gateway import SoakedGateway


def test_an_idle_gateway_is_read_and_ends_cleanly():
    with SoakedGateway(sys.executable) as gateway:
        gateway.wait_ready()
        assert gateway.port
        assert gateway.grpc.startswith("127.0.0.1:")
        reading = gateway.read()
        use = reading.uses["gateway"]
        assert use.memory > 10_000_000
        assert use.files > 3
        assert use.threads >= 1
        assert gateway.replicas() == {}
        assert gateway.tracebacks() == 0
        assert gateway.end(60) == ""
        assert not gateway.alive
