"""What a client learns of a call that failed, and what the log alone does."""

import logging
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.errors import TimedOut
from watcher.failure import Failure, failure_of, new_id, too_large


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


def test_an_unknown_errors_text_goes_to_the_log_alone(caplog):
    try:
        raise ValueError("secret text")
    except ValueError as error:
        told = failure_of(error, "id-3")
    assert told == Failure("handler_error", "the handler failed, call id id-3", "id-3")
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage() == "the handler failed, call id id-3"
    assert str(record.exc_info[1]) == "secret text"
    assert record.exc_info[2] is not None  # where it was raised


def test_a_body_that_is_too_large_is_told_its_limit():
    told = failure_of(too_large(1000), "id")
    assert told.code == "body_too_large"
    assert told.message == "the body is over 1000 bytes; send less, or raise MAX_BODY_BYTES"
