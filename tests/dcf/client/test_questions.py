"""Questions to a gateway's own routes, asked of one that answers as the table says."""

import base64

import pytest

from dcf.client.connection import Exchange
from dcf.client.questions import Questions
from dcf.errors import AlreadyExists, DcfError, GatewayRefused, NotAGateway, NotFound


@pytest.fixture
def ask(stand_in):
    return Questions(stand_in.address, "Bearer t0ken", 10)


def test_every_question_shows_the_password_and_keeps_its_own_headers(stand_in, ask):
    stand_in.table["PUT /system/x"] = (202, b"yes")
    assert ask.ask("PUT", "/system/x", b"body", {"X-Mine": "1"}) == b"yes"
    (asked,) = stand_in.asked
    assert asked.headers["Authorization"] == "Bearer t0ken"
    assert asked.headers["X-Mine"] == "1"
    assert asked.body == b"body"


def test_without_a_password_none_is_shown(stand_in):
    ask = Questions(stand_in.address, "", 10)
    ask.system(Exchange("GET", "/system/x"))
    assert "Authorization" not in stand_in.asked[0].headers


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, NotFound), (409, AlreadyExists), (400, GatewayRefused), (500, GatewayRefused),
     (302, GatewayRefused), (401, GatewayRefused)],
)  # fmt: skip
def test_a_no_is_what_its_status_means_in_its_own_words(stand_in, ask, status, kind):
    stand_in.table["GET /system/x"] = (status, {"error": {"message": "why", "code": "c"}})
    with pytest.raises(DcfError) as caught:
        ask.ask("GET", "/system/x")
    assert type(caught.value) is kind
    assert "why (c)" in caught.value.message
    assert (f"dcf login -g {stand_in.address}" in caught.value.message) is (status == 401)


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_a_yes_is_any_status_of_its_kind(stand_in, ask, status):
    stand_in.table["GET /system/x"] = (status, b"")
    assert ask.ask("GET", "/system/x") == b""


def test_what_is_read_is_what_the_reader_makes_of_it(stand_in, ask):
    stand_in.table["GET /system/x"] = (200, {"a": [1]})
    assert ask.read("/system/x", lambda found: found["a"]) == [1]
    for reader in (lambda found: found["b"], lambda found: found.a, lambda found: int("x")):
        with pytest.raises(NotAGateway, match=f"what answers at {stand_in.address} is no gateway"):
            ask.read("/system/x", reader)


def test_a_fault_of_the_readers_own_is_not_the_gateways(stand_in, ask):
    stand_in.table["GET /system/x"] = (200, {})

    def reader(found):
        raise MemoryError

    with pytest.raises(MemoryError):
        ask.read("/system/x", reader)


def test_the_words_of_a_refusal_are_read_as_far_as_they_are_of_use(stand_in, ask):
    stand_in.table["GET /x"] = (500, b"x" * 1_000_000)
    with ask.connection.open(Exchange("GET", "/x")) as answer:
        said = ask.words(answer)
    assert 64 << 10 < len(said) < 1_000_000
    stand_in.table["GET /x"] = (500, base64.b64encode(b"short"))
    with ask.connection.open(Exchange("GET", "/x")) as answer:
        assert ask.words(answer) == base64.b64encode(b"short")
