"""Tokens at every REST route, and what a function gets to see of them."""

import pytest
import requests

from dcf.gateway.access.access import Access
from dcf.gateway.access.credentials import Credentials
from dcf.gateway.access.tokens import TokenFile

WHO = Credentials("admin", "secret")


@pytest.fixture
def file(tmp_path):
    return TokenFile(tmp_path / "tokens.json")


@pytest.fixture
def as_role(file):
    made = {role: file.add(role, role) for role in ("call", "deploy", "all")}
    return lambda role: {"Authorization": f"Bearer {made[role]}"}


@pytest.fixture
def gateway(background, file, as_role):
    made = background(access=Access(WHO, file, auth_calls=True))
    body = {"service": "f", "image": "i"}
    deployed = made.ask("POST", "/system/functions", json=body, headers=as_role("deploy"))
    assert deployed.status_code == 202
    return made


CALLS = ("/function/f", "/function/f/a/b", "/openfx/function/f", "/async-function/f")


@pytest.mark.parametrize("path", CALLS)
def test_calls_want_a_role_that_may_call(gateway, as_role, path):
    nobody = gateway.ask("POST", path, data=b"in")
    assert nobody.status_code == 401
    assert nobody.headers["WWW-Authenticate"] == 'Basic realm="Restricted"'
    assert nobody.json()["error"]["code"] == nobody.headers["X-Error-Code"] == "unauthorized"
    other = gateway.ask("POST", path, data=b"in", headers=as_role("deploy"))
    assert (other.status_code, other.json()["error"]["code"]) == (403, "forbidden")
    assert "role call or all" in other.json()["error"]["message"]
    for known in ({"headers": as_role("call")}, {"headers": as_role("all")},
                  {"auth": ("admin", "secret")}):  # fmt: skip
        assert gateway.ask("POST", path, data=b"in", **known).status_code not in {401, 403}


def test_the_gateways_own_routes_want_one_that_may_deploy(gateway, as_role):
    answer = gateway.ask("GET", "/system/functions", headers=as_role("call"))
    assert answer.status_code == 403
    assert answer.text == (
        "the token call has the role call and may not use the gateway's own routes: "
        "use one with the role deploy or all\n"
    )
    for role in ("deploy", "all"):
        assert gateway.ask("GET", "/metrics", headers=as_role(role)).status_code == 200


def test_whose_token_it_was_is_who_deployed(gateway, as_role):
    past = gateway.ask("GET", "/system/function/f/history", headers=as_role("all")).json()
    assert [each["by"] for each in past] == ["deploy"]


def test_a_revoked_token_is_refused_on_a_connection_that_is_kept(gateway, file, as_role):
    with requests.Session() as session:
        address, known = f"{gateway.server.rest}/function/f", as_role("call")
        assert session.post(address, data=b"in", headers=known).content == b"in"
        TokenFile(file.path).revoke("call")
        assert session.post(address, data=b"in", headers=known).status_code == 401


@pytest.mark.parametrize("auth_calls", [True, False])
def test_a_function_sees_only_what_was_for_it(background, file, as_role, auth_calls):
    gateway = background(access=Access(WHO, file, auth_calls))
    known = as_role("all")
    body = {"service": "f", "image": "i"}
    gateway.ask("POST", "/system/functions", json=body, headers=known)
    seen = gateway.ask("POST", "/function/f", headers=known)
    assert seen.headers["Got-Authorization"] == ("" if auth_calls else known["Authorization"])


def test_the_document_says_which_calls_want_one(gateway, background):
    told = gateway.ask("GET", "/openapi.json").json()
    assert told["paths"]["/function/{name}"]["post"]["security"] == [{"basic": []}, {"bearer": []}]
    plain = background(access=Access(WHO)).ask("GET", "/openapi.json").json()
    assert "security" not in plain["paths"]["/function/{name}"]["post"]
    assert "security" in plain["paths"]["/system/functions"]["get"]


def test_a_page_asks_before_it_calls_and_needs_no_token_for_that(background, file, as_role):
    from dcf.gateway.rest.cors import Cors

    page = "http://page.example"
    gateway = background(access=Access(WHO, file, auth_calls=True), cors=Cors([page]))
    asked = {"Origin": page, "Access-Control-Request-Method": "POST"}
    assert gateway.ask("OPTIONS", "/function/f", headers=asked).status_code in {200, 204}
    refused = gateway.ask("POST", "/function/f", headers={"Origin": page})
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == page
