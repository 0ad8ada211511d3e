"""A session's cookie: who comes in by it, and that no function sees it."""

import pytest
from multidict import CIMultiDict

from dcf.gateway.access.access import Access
from dcf.gateway.access.cookie import without_session
from dcf.gateway.access.credentials import Credentials
from dcf.gateway.access.tokens import TokenFile

WHO = Credentials("admin", "secret")


@pytest.fixture
def gateway(background, tmp_path):
    return background(access=Access(WHO, TokenFile(tmp_path / "tokens.json"), auth_calls=True))


def cookie(gateway, **shown):
    answer = gateway.ask("POST", "/ui/login", json=shown or {"user": "admin", "password": "secret"})
    assert answer.status_code == 200, answer.text
    return answer.headers["Set-Cookie"].partition(";")[0]


def deploy(gateway, headers):
    body = {"service": "f", "image": "x"}
    return gateway.ask("POST", "/system/functions", json=body, headers=headers).status_code


def test_it_lets_in_to_the_gateways_own_routes_and_to_guarded_calls(gateway):
    shown = {"Cookie": f"other=1; {cookie(gateway)}"}
    assert deploy(gateway, {}) == 401
    assert deploy(gateway, shown) == 202
    past = gateway.ask("GET", "/system/function/f/history", headers=shown).json()
    assert [each["by"] for each in past] == ["admin"]
    assert gateway.ask("POST", "/function/f", data=b"hi").status_code == 401
    assert gateway.ask("POST", "/function/f", data=b"hi", headers=shown).content == b"hi"


@pytest.mark.parametrize(
    "of_others",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
         "Sec-Fetch-Dest": "document"},
    ],
    ids=["origin", "null", "port", "site", "same-site", "link"],
)  # fmt: skip
def test_pages_of_others_get_nothing_by_it(gateway, of_others):
    shown = {"Cookie": cookie(gateway)}
    assert deploy(gateway, shown) == 202
    for method, path in (("POST", "/function/f"), ("GET", "/function/f"), ("PUT", "/function/f/x")):
        refused = gateway.ask(method, path, headers={**shown, **of_others})
        assert refused.status_code == 401, path
    assert gateway.call_ids == []
    own = {"Origin": gateway.server.rest, "Sec-Fetch-Site": "same-origin"}
    assert gateway.ask("POST", "/function/f", headers={**shown, **own}).status_code == 200


def test_a_token_that_is_revoked_ends_its_sessions(gateway):
    tokens = gateway.settings.access.tokens
    shown = {"Cookie": cookie(gateway, token=tokens.add("ci", "deploy"))}
    assert deploy(gateway, shown) == 202
    past = gateway.ask("GET", "/system/function/f/history", headers=shown).json()
    assert [each["by"] for each in past] == ["ci"]
    assert gateway.ask("POST", "/function/f", headers=shown).status_code == 403  # its role
    tokens.revoke("ci")
    assert gateway.ask("GET", "/system/functions", headers=shown).status_code == 401
    tokens.add("ci", "deploy")  # another one of that name
    assert gateway.ask("GET", "/system/functions", headers=shown).status_code == 401


def test_a_session_cannot_begin_another_and_is_of_no_use_elsewhere(gateway, background):
    shown = cookie(gateway)
    session = shown.partition("=")[2]
    for token in (session, f"Session {session}", gateway.settings.access.own,
                  gateway.settings.access.mesh):  # fmt: skip
        assert gateway.ask("POST", "/ui/login", json={"token": token}).status_code == 401
    other = background(access=Access(WHO))
    assert other.ask("GET", "/system/functions", headers={"Cookie": shown}).status_code == 401


def test_over_tls_it_goes_over_tls_alone(gateway):
    plain = gateway.ask("POST", "/ui/login", json={"user": "admin", "password": "secret"})
    told = plain.headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"} == {*told[1:]}
    behind = {"Host": "page.example", "Origin": "https://page.example"}  # a proxy has the TLS
    answer = gateway.ask(
        "POST", "/ui/login", json={"user": "admin", "password": "secret"}, headers=behind
    )
    assert "Secure" in answer.headers["Set-Cookie"].split("; ")
    assert answer.headers["Set-Cookie"].startswith("dcf_session=")


@pytest.mark.parametrize("auth_calls", [True, False])
def test_a_function_does_not_see_it(background, auth_calls):
    gateway = background(access=Access(WHO, auth_calls=auth_calls))
    shown = cookie(gateway)
    assert deploy(gateway, {"Cookie": shown}) == 202
    for path in ("/function/f", "/function/f/a/b"):
        sent = {"Cookie": f"a=1; {shown}; b=2"}
        answer = gateway.ask("POST", path, data=b"x", headers=sent)
        assert (answer.status_code, answer.headers["Got-Cookie"]) == (200, "a=1; b=2")
        answer = gateway.ask("POST", path, data=b"x", headers={"Cookie": shown})
        assert (answer.status_code, answer.headers["Got-Cookie"]) == (200, "")


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ([], None),
        (["dcf_session_8080=x"], None),
        (["a=1;dcf_session=x ; dcf_session_9=y;b=dcf_session_8080"], "a=1; b=dcf_session_8080"),
        (["a=1", "dcf_session_1=x; c=3"], "a=1; c=3"),
        (["a", ";;"], "a"),
    ],
)
def test_nothing_of_it_is_left(lines, left):
    headers = CIMultiDict([("Accept", "x"), *(("cookie", line) for line in lines)])
    without_session(headers)
    assert headers.get("Cookie") == left
    assert len(headers) == 1 + (left is not None)
