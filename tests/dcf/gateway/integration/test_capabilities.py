"""What a provider without stores cannot do is said by name, and clients ask before they try."""

from dataclasses import replace

import pytest

from dcf.client.grpc_client import GrpcClient
from dcf.client.rest import RestClient
from dcf.providers.stores import Stores

ALL = ["archives", "logs", "secrets"]


@pytest.fixture
def gateway(background):
    return background()


def test_a_gateway_reports_its_providers_stores(gateway):
    assert gateway.ask("GET", "/system/info").json()["capabilities"] == ALL
    gateway.provider.stores = replace(gateway.provider.stores, archives=None)
    assert gateway.ask("GET", "/system/info").json()["capabilities"] == ALL[1:]


@pytest.mark.parametrize("client", [RestClient, GrpcClient])
def test_clients_ask_for_the_store_and_not_for_a_name(gateway, client):
    address = gateway.server.rest if client is RestClient else gateway.server.grpc
    assert client(address).takes_archives()
    gateway.provider.stores = replace(gateway.provider.stores, archives=None)
    assert not client(address).takes_archives()


@pytest.mark.parametrize(
    ("method", "path", "store"),
    [
        ("GET", "/system/secrets", "secrets"),
        ("HEAD", "/system/archives/" + "0" * 64, "archives"),
        ("PUT", "/system/archives/" + "0" * 64, "archives"),
        ("GET", "/system/logs?name=f", "logs"),
    ],
)
def test_what_is_not_there_is_501(gateway, method, path, store):
    gateway.ask("POST", "/system/functions", json={"service": "f", "image": "x"})
    gateway.provider.stores = Stores()
    answer = gateway.ask(method, path, data=b"x" if method == "PUT" else None)
    assert answer.status_code == 501
    if method != "HEAD":
        assert f"keeps no {store}" in answer.text
