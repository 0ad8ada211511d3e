"""The real gateway with the function deployed, called as the comparisons do."""

import pytest

from benchmarks.harness.connection import Connection
from benchmarks.harness.gateway_program import FunctionGateway
from benchmarks.harness.plan import Plan, photos


@pytest.mark.slow
def test_a_function_is_called_through_its_gateway():
    with FunctionGateway(Plan()) as gateway:
        gateway.wait_ready()
        assert gateway.grpc.startswith("127.0.0.1:")
        with Connection(gateway.port) as connection:
            asked = gateway.address.request(photos()[0].read_bytes())
            assert connection.exchange(asked).status == 200
