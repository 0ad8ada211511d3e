"""What a client learns of a call that failed, and what the log alone does."""

import logging
import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.errors import BadReply, TimedOut
from watcher.failure import Failure, failure_of, new_id, too_large
from watcher.user_trace import Where


class Known(Exception):
    code, message = "not_an_image", "this is no image;\nsend one"


@pytest.mark.parametrize("given_id", ["a", "!~", "x" * 128, "4bf92f35-77b3", "traceparent:00-ab"])
def test_a_plain_id_is_kept(given_id):
    assert new_id(given_id) == given_id


@pytest.mark.parametrize(
    "given_id", [None, "", " a", "a b", "x" * 129, "é", "a\n", "\x7f", "a\r\nSet-Cookie: b"]
)
def test_any_other_gives_way_to_one_that_nobody_else_has(given_id):
    one, other = new_id(given_id), new_id(given_id)
    assert one != other
    assert uuid.UUID(one).version == 4


@given(st.text(max_size=200))
def test_whatever_came_an_id_fits_a_header_and_a_line_of_the_log(text):
    found = new_id(text)
    assert 1 <= len(found) <= 128
    assert found.isascii()
    assert found.isprintable()
    assert " " not in found


def test_a_known_error_is_told_and_not_logged(caplog):
    assert failure_of(Known(), "id-1") == Failure(
        "not_an_image", "this is no image; send one", "id-1"
    )
    told = failure_of(TimedOut("over 3 s"), "id-2")
    assert told == Failure("timeout", "over 3 s", "id-2")
    assert not caplog.records


def test_headers_of_a_known_error_go_along_and_an_unknown_ones_do_not():
    known, unknown = Known(), ValueError("secret")
    known.headers = unknown.headers = {"X-Model": "digits-2"}
    assert failure_of(known, "id-1").headers == {"X-Model": "digits-2"}
    assert failure_of(unknown, "id-2").headers is None


def test_an_unknown_errors_text_goes_to_the_log_alone(caplog):
    try:
        raise ValueError("secret text")
    except ValueError as error:
        told = failure_of(error, "id-3")
    words = "the handler failed; see the log under call id id-3"
    assert told == Failure("handler_error", words, "id-3")
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert re.fullmatch(
        r"the handler failed at .*test_failure\.py:\d+ in test_an_unknown_errors_text_goes_to_the_"
        r"log_alone: ValueError: secret text",
        record.getMessage(),
    )
    assert record.call_id == "id-3"
    assert str(record.exc_info[1]) == "secret text"
    assert record.exc_info[2] is not None  # where it was raised


def test_a_body_that_is_too_large_is_told_its_limit():
    told = failure_of(too_large(1000), "id")
    assert told.code == "body_too_large"
    assert told.message == "the body is over 1000 bytes; send less, or raise MAX_BODY_BYTES"


@pytest.mark.parametrize(
    ("call_id", "quoted"), [("id-4", "id-4"), ("a;b", "'a;b'"), ("$(x)", "'$(x)'"), ("`", "'`'")]
)
def test_a_log_that_a_command_prints_is_named_by_that_command(call_id, quoted):
    told = failure_of(ValueError("secret"), call_id, "dcf function log hello")
    assert told.message == f"the handler failed; see `dcf function log hello --call {quoted}`"


def test_a_reply_that_cannot_be_sent_is_one_line_of_the_log(caplog):
    told = failure_of(BadReply("reply.a is NaN"), "id-5")
    assert (told.code, "NaN" in told.message) == ("handler_error", False)
    (record,) = caplog.records
    assert record.getMessage() == "the reply cannot be sent: reply.a is NaN"
    assert record.exc_info is None


def test_where_a_call_is_stuck_is_for_the_log_and_the_limit_for_the_caller(caplog):
    error = TimedOut("over 3 s", Where("src/handler.py:9 in work", "  the stack"))
    told = failure_of(error, "id-6", "dcf function log f")
    assert told == Failure("timeout", "over 3 s; see `dcf function log f --call id-6`", "id-6")
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == "over 3 s; it is at src/handler.py:9 in work"
    assert (record.call_id, record.trace) == ("id-6", "  the stack")


def test_a_code_of_the_handlers_own_brings_its_status(caplog):
    error = Known()
    error.code, error.status = "no_such_cat", 404
    told = failure_of(error, "id-7")
    assert told.status.http == 404
    assert told.message == "this is no image; send one"
    assert not caplog.records
