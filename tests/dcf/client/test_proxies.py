"""Proxies of the environment are for gateways elsewhere."""

import socket
import threading

import pytest

from dcf.client.proxies import goes_directly

PROXIES = ("http_proxy", "https_proxy", "grpc_proxy")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:1", "localhost:1", "a.localhost:1", "[::1]:1", "127.9.9.9:1", "0.0.0.0:1",
     "dns:///localhost:1", "unix:/run/x"],
)  # fmt: skip
def test_this_machine_is_reached_directly(address):
    assert goes_directly(address, {})


@pytest.mark.parametrize(
    ("listed", "address", "is_direct"),
    [
        ("box", "box:32222", True),
        ("a, Box", "box:32222", True),
        ("box", "notbox:1", False),
        ("example", "gw.example:1", True),
        (".example", "gw.example:1", True),
        ("*.example", "gw.example:1", True),
        (".example", "notexample:1", False),
        ("example:1", "gw.example:1", True),
        ("10.0.0.0/8", "10.1.2.3:1", True),
        ("10.0.0.0/8", "11.1.2.3:1", False),
        ("10.1.2.3", "10.1.2.3:1", True),
        ("fd00::/8", "[fd00::1]:1", True),
        ("*", "anything:1", True),
        ("", "box:1", False),
        (",", "box:1", False),
    ],
)
def test_no_proxy_names_hosts_domains_and_networks(listed, address, is_direct):
    for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
        assert goes_directly(address, {name: listed}) == is_direct


@pytest.fixture
def proxy():
    """A proxy that counts who comes and closes."""
    came = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            while True:
                try:
                    one, _ = listener.accept()
                except OSError:
                    return
                came.append(one.recv(1000))
                one.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", came
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@pytest.mark.parametrize("variable", PROXIES)
def test_a_gateway_of_this_machine_is_not_asked_through_a_proxy(echo_gateway, dcf, proxy, variable):
    address, came = proxy
    for spelled in (echo_gateway.grpc, echo_gateway.grpc.replace("127.0.0.1", "localhost")):
        done = dcf("function", "list", "-g", spelled, **{variable: address})
        assert (done.returncode, b"echo" in done.stdout) == (0, True), done.stderr.decode()
    assert came == []


def test_a_rest_address_without_its_scheme_is_told_so(echo_gateway, dcf):
    address = echo_gateway.rest.removeprefix("http://")
    done = dcf("function", "list", "-g", address)
    assert done.returncode == 1
    assert f"write http://{address}".encode() in done.stderr
    assert len(done.stderr.splitlines()) == 1
