"""Secrets over REST: names come back, values never do."""

import base64

import pytest


@pytest.fixture(name="gateway")
def _gateway(background):
    return background()


def test_a_secret_lives_from_post_to_delete(gateway):
    def ask(method, **body):
        return gateway.ask(method, "/system/secrets", json=body or None)

    assert ask("GET").json() == []
    assert ask("POST", name="token", value="hush").status_code == 202
    assert gateway.provider.kept_secrets == {"token": b"hush"}
    assert ask("POST", name="token", value="again").status_code == 409
    assert ask("PUT", name="other", value="x").status_code == 404
    raw = base64.b64encode(b"\0\xff").decode()
    assert ask("PUT", name="token", rawValue=raw, namespace="openfaas-fn").status_code == 202
    assert gateway.provider.kept_secrets == {"token": b"\0\xff"}
    listed = ask("GET")
    assert listed.json() == [{"name": "token", "namespace": "openfaas-fn"}]
    assert ask("DELETE", name="token").status_code == 202
    assert ask("DELETE", name="token").status_code == 404
    assert gateway.provider.kept_secrets == {}


@pytest.mark.parametrize(("method", "status"), [("POST", 400), ("PUT", 400), ("DELETE", 404)])
def test_another_namespace_has_none_and_gets_none(gateway, method, status):
    gateway.provider.kept_secrets["token"] = b"hush"
    body = {"name": "token", "value": "x", "namespace": "other"}
    refused = gateway.ask(method, "/system/secrets", json=body)
    assert refused.status_code == status
    assert "other" in refused.text
    assert gateway.provider.kept_secrets == {"token": b"hush"}
    assert gateway.ask("GET", "/system/secrets?namespace=other").json() == []


def test_what_is_wrong_is_told_without_the_value(gateway):
    for body in ({"name": "../up", "value": "hush"}, {"name": "token", "rawValue": "hush!"}):
        refused = gateway.ask("POST", "/system/secrets", json=body)
        assert refused.status_code == 400
        assert "hush" not in refused.text
    assert gateway.provider.kept_secrets == {}
