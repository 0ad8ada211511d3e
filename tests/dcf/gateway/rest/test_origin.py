"""Who is kept from the gateway's own routes: pages of others, by what a browser says of them."""

import http.client
import re
from urllib.parse import urlsplit

import pytest

from dcf.gateway.access.access import Access
from dcf.gateway.access.credentials import Credentials
from dcf.gateway.routes import ROUTES

OWN = [
    (method, re.sub(r"{\w+(?::[^}]*)?}", "f", route.path))
    for route in ROUTES
    if route.guarded
    for method in route.methods.split()
]
REFUSAL = b"pages of other origins are not served here\n"
FORM = [("Content-Type", "application/x-www-form-urlencoded")]
# What browsers send along; forms, images and `no-cors` may have the one and not the other.
FOREIGN = {
    "origin": [("Origin", "http://evil.example")],
    "null": [("Origin", "null")],
    "empty": [("Origin", "")],
    "two origins": [("Origin", "{own}"), ("Origin", "http://evil.example")],
    "the same twice": [("Origin", "{own}"), ("Origin", "{own}")],
    "in one line": [("Origin", "{own}, http://evil.example")],
    "path": [("Origin", "{own}/, http://evil.example")],
    "another port": [("Origin", "{own}1")],
    "another scheme": [("Origin", "chrome-extension://{host}")],
    "user": [("Origin", "http://evil@{host}")],
    "cross-site": [("Sec-Fetch-Site", "cross-site")],
    "same-site": [("Sec-Fetch-Site", "same-site")],
    "nonsense": [("Sec-Fetch-Site", "same-origin, cross-site")],
    "two sites": [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")],
    "no-cors": [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors")],
    "form": [
        *FORM, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "iframe"),
    ],
    "own origin, other site": [("Origin", "{own}"), ("Sec-Fetch-Site", "cross-site")],
    "own site, other origin": [
        ("Origin", "http://evil.example"), ("Sec-Fetch-Site", "same-origin"),
    ],
}  # fmt: skip
LINK = [
    ("Sec-Fetch-Site", "cross-site"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"),
]
HOME = {
    "no browser": [],
    "own page": [("Origin", "{own}"), ("Sec-Fetch-Site", "same-origin")],
    "own page behind TLS": [("Origin", "https://{host}")],
    "upper case": [("Origin", "HTTP://{host}")],
    "typed": [("Sec-Fetch-Site", "none")],
}


def send(gateway, method, path, headers, body=b""):
    """One request with headers as they are, also twice the same; returns status and body."""
    host = urlsplit(gateway.server.rest).netloc
    connection = http.client.HTTPConnection(host, timeout=20)
    try:
        connection.putrequest(method, path)
        for name, value in [*headers, ("Content-Length", str(len(body)))]:
            connection.putheader(name, value.format(own=f"http://{host}", host=host))
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_a_page_of_others_reaches_no_route_of_the_gateways_own(background, headers):
    gateway = background()
    for method, path in OWN:
        status, body = send(gateway, method, path, headers)
        assert (status, body) == (403, b"" if method == "HEAD" else REFUSAL), (method, path)


@pytest.mark.parametrize("headers", HOME.values(), ids=HOME)
def test_its_own_pages_and_what_is_no_browser_do(background, headers):
    gateway = background()
    for method, path in OWN:
        if path != "/system/logs":
            assert send(gateway, method, path, headers)[0] != 403, (method, path)


def test_a_link_that_a_person_follows_shows_but_changes_nothing(background):
    gateway = background()
    for method, path in OWN:
        if path != "/system/logs":
            refused = send(gateway, method, path, LINK)[0] == 403
            assert refused == (method not in {"GET", "HEAD"}), (method, path)
    null = [("Origin", "null"), *LINK]
    assert send(gateway, "GET", "/system/functions", null)[0] == 403


def test_a_password_that_the_browser_kept_makes_no_difference(background):
    gateway = background(access=Access(Credentials("admin", "secret")))
    known = [("Authorization", Credentials("admin", "secret").authorization)]
    assert send(gateway, "GET", "/system/functions", known)[0] == 200
    for foreign in FOREIGN.values():
        assert send(gateway, "POST", "/system/functions", [*known, *foreign])[0] == 403


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_calls_of_functions_are_for_pages_too(background, headers):
    """As in OpenFaaS: the function is told who asks, and says itself whom it answers."""
    gateway = background()
    gateway.ask("POST", "/system/functions", json={"service": "f", "image": "x"})
    assert send(gateway, "POST", "/function/f", headers, b"in") == (200, b"in")
    assert send(gateway, "GET", "/function/f/path?q=1", headers)[0] == 200
    assert send(gateway, "POST", "/openfx/function/f", headers, b"in")[0] == 200
    assert send(gateway, "POST", "/async-function/f", headers, b"in")[0] == 501  # no queue
    assert send(gateway, "GET", "/healthz", headers)[0] == 200


def test_no_page_may_choose_where_an_answer_is_posted(background):
    """A header of its own makes a browser ask first, and nothing here says yes to that."""
    gateway = background()
    asked = [
        ("Origin", "http://evil.example"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "x-callback-url"),
    ]
    assert send(gateway, "OPTIONS", "/async-function/f", asked)[0] == 405


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:8080"}, 200),
        ({"Host": "[::1]:8080"}, 200),
        ({"Host": "gateway.localhost"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:1", "Host": "localhost:1"}, 200),
    ],
    ids=["plain", "name", "ipv6", "sub-name", "rebound", "look-alike", "page", "sandbox", "own"],
)
def test_web_pages_of_others_cannot_use_the_gateways_own_routes(ask, headers, status):
    assert ask("GET", "/system/functions", headers=headers).status_code == status
    assert ask("POST", "/function/echo", data=b"x", headers=headers).status_code == 200
