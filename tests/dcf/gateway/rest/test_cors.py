"""Pages of other origins: kept out, or let in by name; a preflight never reaches a function."""

import pytest

from dcf.errors import CannotStart
from dcf.gateway.queue.settings import QueueSettings
from dcf.gateway.rest.cors import Cors, cors_of

PAGE = "http://localhost:3000"
PREFLIGHT = {
    "Origin": PAGE,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type, X-Mine, x-callback-url, bad name",
}
CALLS = ["/function/f", "/function/f/a", "/async-function/f", "/openfx/function/f"]


def said(answer):
    """The CORS headers of an answer."""
    return {
        name.removeprefix("Access-Control-"): value
        for name, value in answer.headers.items()
        if name.startswith("Access-Control-")
    }


@pytest.fixture(name="opened")
def _opened(background, tmp_path):
    def opened(origins):
        cors = cors_of([origins], {}) if origins else None
        made = background(cors=cors, queue=QueueSettings(tmp_path / "queue"))
        made.ask("POST", "/system/functions", json={"service": "f", "image": "i"})
        return made

    return opened


def test_it_is_off(opened):
    gateway = opened("")
    answer = gateway.ask("OPTIONS", "/function/f", headers=PREFLIGHT)
    assert said(answer) == {}
    assert answer.headers["Got-Line"] == "OPTIONS /"  # a function may have its own
    assert "Vary" not in gateway.ask("POST", "/function/f", headers={"Origin": PAGE}).headers
    assert gateway.ask("OPTIONS", "/async-function/f", headers=PREFLIGHT).status_code == 405


@pytest.mark.parametrize("path", CALLS)
def test_a_preflight_is_answered_here(opened, path):
    gateway = opened(f"{PAGE},https://app.example")
    answer = gateway.ask("OPTIONS", path, headers=PREFLIGHT)
    assert (answer.status_code, answer.content, answer.headers["Vary"]) == (204, b"", "Origin")
    told = said(answer)
    assert told["Allow-Origin"] == PAGE
    assert told["Allow-Credentials"] == "true"
    assert told["Allow-Headers"] == "content-type, x-mine"
    assert "POST" in told["Allow-Methods"]
    assert gateway.call_ids == []


@pytest.mark.parametrize("path", CALLS)
def test_an_answer_says_who_may_read_it(opened, path):
    gateway = opened(PAGE)
    answer = gateway.ask("POST", path, data=b"x", headers={"Origin": PAGE})
    assert said(answer)["Allow-Origin"] == PAGE
    assert "X-Call-Id" in said(answer)["Expose-Headers"]
    stranger = gateway.ask("POST", path, data=b"x", headers={"Origin": "http://evil.example"})
    assert (said(stranger), stranger.headers["Vary"]) == ({}, "Origin")
    assert said(gateway.ask("POST", path, data=b"x")) == {}


def test_failures_of_the_gateway_can_be_read_too(opened):
    gateway = opened(PAGE)
    for path in ("/function/none", "/function/Bad_Name", "/async-function/none"):
        answer = gateway.ask("POST", path, headers={"Origin": PAGE})
        assert answer.status_code in {400, 404}
        assert said(answer)["Allow-Origin"] == PAGE


@pytest.mark.parametrize("asking", [PREFLIGHT, {"Origin": PAGE}])
def test_own_routes_stay_closed(opened, asking):
    gateway = opened("*")
    for path in ("/system/functions", "/system/info", "/metrics"):
        for method in ("GET", "OPTIONS"):
            answer = gateway.ask(method, path, headers=asking)
            assert answer.status_code in {403, 405}
            assert said(answer) == {}


def test_all_never_come_with_credentials(opened):
    gateway = opened("*")
    for method, headers in (("OPTIONS", PREFLIGHT), ("POST", {"Origin": PAGE})):
        told = said(gateway.ask(method, "/function/f", headers=headers))
        assert told["Allow-Origin"] == "*"
        assert "Allow-Credentials" not in told


def test_a_stranger_gets_no_permission(opened):
    gateway = opened(PAGE)
    asked = {**PREFLIGHT, "Origin": "http://localhost:3001"}
    answer = gateway.ask("OPTIONS", "/function/f", headers=asked)
    assert (answer.status_code, said(answer), gateway.call_ids) == (204, {}, [])


def test_an_options_that_is_no_preflight_is_a_call(opened):
    gateway = opened(PAGE)
    assert gateway.ask("OPTIONS", "/function/f").headers["Got-Line"] == "OPTIONS /"
    assert gateway.ask("OPTIONS", "/async-function/f").status_code == 405


@pytest.mark.parametrize("text", ["localhost", "*,http://a", "http://a/", "null", "http://*.a"])
def test_what_is_no_origin_stops_the_start(text):
    with pytest.raises(CannotStart, match=r"--allow-origin is .*origins such as"):
        cors_of([text], {})


def test_flags_before_environment_and_usual_ports():
    assert cors_of([], {}) is None
    made = cors_of([], {"DCF_ALLOW_ORIGINS": "HTTP://A:80, https://b:443, http://c:443"})
    assert isinstance(made, Cors)
    assert made.origins == {"http://a", "https://b", "http://c:443"}
    assert cors_of(["http://x"], {"DCF_ALLOW_ORIGINS": "*"}).origins == {"http://x"}
