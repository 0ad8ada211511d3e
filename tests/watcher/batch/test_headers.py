"""The forms of API_HEADER, and that no message shows a value of it."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher.batch import headers
from watcher.errors import SettingError

SECRET = "s3cr3t-t0ken"


@pytest.fixture
def one(data):
    return data.put("a.jpg", "text a")


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        (json.dumps({"X-Key": SECRET, "X-Number": 5}), "X-Number", "5"),
        (f"X-Key: {SECRET}\r\nX-Second:b:c \n\n", "X-Second", "b:c"),
        (json.dumps({"Content-Type": "text/plain", "X-Key": SECRET}), "Content-Type", "text/plain"),
    ],
    ids=["json", "lines", "own type"],
)
def test_the_forms_of_headers(begin, judge, one, text, name, value):
    run = begin(REST_URL=judge.url, API_HEADER=text)
    assert run.wait() == 0, run.log
    (seen,) = judge.seen
    assert seen[2]["X-Key"] == SECRET
    assert seen[2].get_all(name) == [value]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SECRET, "a line without a colon"),
        ('{"X-Key": "' + SECRET, "is no JSON object"),
        (f'["{SECRET}"]', "is no JSON object"),
        ('{"X-Key": ["' + SECRET + '"]}', "has a value that is a list"),
        ('{"X-Key": true}', "has a value that is a bool"),
        (f"X Key: {SECRET}", "has a name that is no header's"),
        (f"{SECRET}\u00e9: x", "has a name that is no header's"),
        (f"X-Key: {SECRET}\u00e9", "X-Key has characters that a header cannot hold"),
        ('{"X-Key": "a\\r\\nX-Other: ' + SECRET + '"}', "X-Key has characters"),
        ("Content-Length: 3", "sets Content-Length"),
    ],
)
def test_a_wrong_header_ends_the_start_and_is_not_shown(begin, judge, one, calls, text, said):
    run = begin(REST_URL=judge.url, API_HEADER=text)
    assert run.wait() == 2
    assert "API_HEADER" in run.log
    assert said in run.log
    assert len(run.log.splitlines()) == 1
    assert SECRET not in run.log
    assert not calls()
    assert not judge.seen


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        (" \r\n ", {}),
        ("X-Key: a:b", {"X-Key": "a:b"}),
        ("X-Key:", {"X-Key": ""}),
        ("A: 1\n\n B : 2 \n", {"A": "1", "B": "2"}),
        ('{"A": " x ", "B": 5, "C": 1.5}', {"A": "x", "B": "5", "C": "1.5"}),
        ("{}", {}),
        ("A: 1\nA: 2", {"A": "2"}),
    ],
)
def test_what_can_be_sent_is_read(text, found):
    assert headers.parse(text) == found


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.dictionaries(st.text(max_size=8), st.text(max_size=20)).map(json.dumps),
    st.lists(st.sampled_from(["X-Key: v", "Connection: close", "\x85", "\r", "A:\0", "é: 1"])).map(
        "\n".join
    ),
)


@given(HOSTILE)
@example("[" * 100_000)
@example('{"X": ' * 50_000)
def test_whatever_is_given_can_be_sent_or_is_refused(text):
    try:
        found = headers.parse(text)
    except SettingError as error:
        assert "API_HEADER" in error.message
        assert "\n" not in error.message
        return
    for name, value in found.items():
        assert name.isascii()
        assert not set(name) & set(' \t\r\n:"(),/;<=>?@[\\]{}')
        assert value.isascii()
        assert value.isprintable()
        assert name.lower() not in {"content-length", "transfer-encoding", "connection"}


def test_what_is_secret_is_hidden_whole_and_word_by_word():
    secret = {"Authorization": "Bearer abcd-efgh", "X-Short": "abc"}
    told = "Bearer abcd-efgh; only abcd-efgh; Bearer; abc"
    assert headers.hide(told, secret) == "***; only ***; ***; abc"
    assert headers.hide("untouched", {}) == "untouched"


def test_a_value_inside_a_longer_one_leaves_no_rest_of_it():
    assert headers.hide("abcdefgh", {"A": "abcd", "B": "abcdefgh"}) == "***"
