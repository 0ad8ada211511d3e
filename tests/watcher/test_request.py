from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.errors import BadRequest
from watcher.request import MAX_QUERY_FIELDS, Headers, parse_query

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1)


@given(st.dictionaries(TEXTS, st.text(st.characters(codec="utf-8")), max_size=20))
def test_a_query_comes_back_as_it_was_written(options):
    assert parse_query(urlencode(options)) == options


@given(st.text())
def test_any_query_is_read_or_refused(text):
    try:
        parse_query(text)
    except BadRequest:
        assert text.count("&") >= MAX_QUERY_FIELDS


def test_the_last_of_repeated_options_wins_and_empty_ones_are_kept():
    assert parse_query("a=1&b=&a=2") == {"a": "2", "b": ""}


def test_a_query_of_too_many_fields_is_refused():
    with pytest.raises(BadRequest):
        parse_query("&".join("a=1" for _ in range(MAX_QUERY_FIELDS + 1)))


def test_headers_are_found_in_any_case_and_keep_their_values_out_of_texts():
    headers = Headers({"AUTHORIZATION": "Bearer x", "content-type": "text/plain"})
    assert headers["authorization"] == headers.get("Authorization") == "Bearer x"
    assert list(headers) == ["Authorization", "Content-Type"]
    assert "Bearer" not in repr(headers)
    assert "X-None" not in headers
