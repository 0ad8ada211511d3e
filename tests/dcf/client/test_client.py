"""Which gateway a command speaks to, and how."""

import pytest

from dcf.client import DEFAULT_ADDRESS, choose_address, connect
from dcf.client.grpc_client import GrpcClient
from dcf.client.rest import RestClient


@pytest.mark.parametrize(
    ("flag", "file", "environ", "chosen"),
    [
        ("", "", {}, DEFAULT_ADDRESS),
        ("http://flag:1/", "http://file:2", {"DCF_GATEWAY": "http://env:3"}, "http://flag:1"),
        (DEFAULT_ADDRESS, "http://file:2", {"DCF_GATEWAY": "http://env:3"}, DEFAULT_ADDRESS),
        ("", "file:2", {"DCF_GATEWAY": "http://env:3"}, "file:2"),
        ("", DEFAULT_ADDRESS + "/", {"DCF_GATEWAY": "http://env:3"}, "http://env:3"),
        ("", "", {"OPENFX_URL": "env:3", "OPENFAAS_URL": "http://env:4"}, "env:3"),
        ("", "", {"OPENFAAS_URL": "http://env:4/"}, "http://env:4"),
    ],
    ids=["default", "flag", "flag-default", "file", "file-default", "openfx", "openfaas"],
)
def test_flag_before_file_before_environment_before_default(flag, file, environ, chosen):
    assert choose_address(flag, file, environ) == chosen


def test_a_scheme_means_rest_and_host_port_means_grpc():
    assert isinstance(connect("http://127.0.0.1:1"), RestClient)
    assert isinstance(connect("https://gateway.example"), RestClient)
    assert isinstance(connect("127.0.0.1:1"), GrpcClient)
