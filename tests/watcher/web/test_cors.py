"""Pages of other origins, at a function without a gateway: off, or by name."""

import pytest

PAGE = "http://localhost:3000"
PREFLIGHT = {
    "Origin": PAGE,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type, x-mine, bad name",
}


def said(answer):
    return {
        name.removeprefix("Access-Control-"): value
        for name, value in answer.headers.items()
        if name.startswith("Access-Control-")
    }


def ask(watcher, method, path="/", **headers):
    import requests

    return requests.request(method, watcher.url(path), headers=headers, data=b"echo", timeout=10)


def test_it_is_off(start):
    watcher = start()
    assert said(ask(watcher, "POST", Origin=PAGE)) == {}
    assert said(ask(watcher, "OPTIONS", **PREFLIGHT)) == {}


def test_a_named_origin_may_read(start):
    watcher = start(CORS_ORIGINS=f"https://app.example, {PAGE}", MAX_BODY_BYTES=100)
    answer = ask(watcher, "OPTIONS", **PREFLIGHT)
    assert (answer.status_code, answer.content, answer.headers["Vary"]) == (204, b"", "Origin")
    told = said(answer)
    assert (told["Allow-Origin"], told["Allow-Credentials"]) == (PAGE, "true")
    assert told["Allow-Headers"] == "content-type, x-mine"
    assert said(ask(watcher, "POST", Origin=PAGE))["Allow-Origin"] == PAGE
    too_large = watcher.post(data=b"x" * 200, headers={"Origin": PAGE})
    assert (too_large.status_code, said(too_large)["Allow-Origin"]) == (413, PAGE)
    stranger = ask(watcher, "POST", Origin="http://evil.example")
    assert (said(stranger), stranger.headers["Vary"]) == ({}, "Origin")
    refused = ask(watcher, "OPTIONS", **{**PREFLIGHT, "Origin": "http://evil.example"})
    assert (refused.status_code, said(refused)) == (204, {})


def test_the_handler_never_sees_a_preflight(start):
    watcher = start(CORS_ORIGINS="*", HANDLER_FILE="cors_of_its_own.py", HANDLER_NAME="handle")
    told = said(ask(watcher, "OPTIONS", **PREFLIGHT))
    assert told["Allow-Origin"] == "*"
    assert "Allow-Credentials" not in told
    answer = ask(watcher, "POST", Origin=PAGE)
    assert (answer.text, said(answer)["Allow-Origin"]) == ("1", "*")
    assert "Allow-Credentials" not in said(answer)


@pytest.mark.parametrize("text", ["localhost", "*,http://a", "http://a/b", "null"])
def test_what_is_no_origin_stops_the_start(start, text):
    watcher = start(ready=False, CORS_ORIGINS=text)
    assert watcher.wait() != 0
    assert "CORS_ORIGINS is" in watcher.log
