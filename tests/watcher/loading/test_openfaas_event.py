"""OpenFaaS' event answers what Flask's request does."""

import json

import pytest
from werkzeug.datastructures import ImmutableMultiDict

from watcher import reply
from watcher.loading.openfaas_event import Arguments, Context, Event
from watcher.request import Headers, Request, parse_query

PAIRS = (("n", "1"), ("m", ""), ("n", "x"), ("n", "3"))


@pytest.mark.parametrize(
    "ask",
    [
        lambda query: query["n"],
        lambda query: query.get("n"),
        lambda query: query.get("none", "d"),
        lambda query: query.get("none"),
        lambda query: query.get("n", type=int),
        lambda query: query.get("m", 7, type=int),
        lambda query: query.getlist("n"),
        lambda query: query.getlist("n", type=int),
        lambda query: query.getlist("none"),
        lambda query: query.to_dict(),
        lambda query: query.to_dict(flat=False),
        lambda query: sorted(query.lists()),
        lambda query: (len(query), sorted(query), "n" in query, "none" in query),
        lambda query: dict(query.items()),
    ],
)
def test_the_query_answers_as_flasks_own(ask):
    assert ask(Arguments(PAIRS)) == ask(ImmutableMultiDict(PAIRS))


def test_a_handler_can_answer_with_the_query():
    assert json.loads(json.dumps(Arguments(PAIRS))) == {"n": "1", "m": ""}
    answered = reply.from_answer({"query": Arguments(PAIRS)}).body
    assert json.loads(answered) == {"query": {"n": "1", "m": ""}}


def test_an_event_is_made_of_a_request():
    headers = Headers({"X-Number": "7", "X-Name": "me"})
    query = parse_query("a=1&a=2")
    event = Event.of(Request(b"in", query=query, headers=headers, method="GET", path="/p"))
    assert (event.body, event.method, event.path) == (b"in", "GET", "/p")
    assert event.query.getlist("a") == ["1", "2"]
    assert event.headers.get("x-number", type=int) == 7
    assert event.headers.get("x-name", 1, type=int) == 1
    assert event.headers.getlist("X-NAME") == event.headers.get_all("x-name") == ["me"]
    assert event.headers.getlist("none") == []
    assert repr(event.headers) == "Headers(X-Number, X-Name)"
    assert repr(event.query) == "Arguments(a)"


def test_a_query_of_other_makers_is_taken_too():
    assert Event.of(Request(b"", query={"a": "1"})).query.getlist("a") == ["1"]


def test_the_context_knows_its_machine():
    assert Context().hostname
