import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcf_detect import Result
from dcf_detect.reply import read_reply

FULL = {
    "image": {"width": 600, "height": 400},
    "model": {"name": "ssd", "version": "1.0.0", "digest": "ab"},
    "timings_ms": {"decode": 1.5},
}


@pytest.mark.parametrize("wrap", [lambda it: it, json.dumps, lambda it: json.dumps(it).encode()])
def test_a_reply_is_read_as_text_bytes_or_values(entry, wrap):
    (box,) = read_reply(wrap([entry])).boxes
    assert box.to_dict() == entry


def test_a_full_reply_tells_more(entry):
    read = read_reply({**FULL, "detections": [entry]})
    assert read.size == (600, 400)
    assert (read.model, read.timings_ms) == (FULL["model"], FULL["timings_ms"])


@pytest.mark.parametrize("image", [{}, {"width": 600}, {"width": "x", "height": 1}, None, [3]])
def test_a_size_that_is_not_told_is_unknown(image):
    assert read_reply({"detections": [], "image": image}).size is None


def test_the_error_of_a_picture_in_a_batch_is_a_reply():
    error = {"code": "not_an_image", "message": "no image", "index": 1}
    read = read_reply({"error": error})
    assert (read.error.code, read.error.message, read.boxes) == ("not_an_image", "no image", ())


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("[" * 100_000, "this is not JSON"),
        ("<html>", "this is not JSON: '<html>'"),
        (b"\xff\xfe", "this is not JSON"),
        ({"error": {"code": "overloaded", "message": "wait"}}, "is an error, overloaded: wait"),
        ({"error": "gone"}, "is an error, unknown: gone"),
        ({}, "has no 'detections', it has nothing"),
        ({"predictions": []}, "has no 'detections', it has predictions"),
        ({"detections": {}}, "is a list of detections, got dict"),
        ("3", "is a list of detections, got int"),
        ([3], "is an object of JSON, got '3'"),
        ([[], []], r"the reply to a batch of 2 pictures: read each .*Result.from_json\(entry\)"),
        ([{"detections": []}], "the reply to a batch of 1 pictures"),
        ([{"error": {"index": 0}}], "the reply to a batch of 1 pictures"),
        ([{"class": "12", "confidence": "0.99", "xmin": "49"}], "has no 'class_id'"),
    ],
)
def test_what_is_no_reply_of_a_picture_is_told(reply, told):
    with pytest.raises(ValueError, match=told):
        read_reply(reply)


KEYS = (
    "class",
    "class_id",
    "confidence",
    "xmin",
    "ymin",
    "xmax",
    "ymax",
    "detections",
    "error",
    "index",
    "image",
    "width",
    "model",
    "timings_ms",
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner),
)


@given(
    VALUES
    | st.binary(max_size=50)
    | st.fixed_dictionaries(dict.fromkeys(KEYS[:7], VALUES)).map(lambda it: [it])
)
def test_whatever_a_server_answers_is_a_result_or_one_line(reply):
    try:
        result = Result.from_json(reply)
    except ValueError as error:
        assert "\n" not in str(error)
    else:
        assert result.error or Result.from_json(json.dumps(result.to_dict())) == result
