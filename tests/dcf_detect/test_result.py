import json
import pickle

import pytest

from dcf_detect import Box, Result
from dcf_detect.failure import Failure
from tests.test_light_imports import HEAVY, IMAGES, imported


def test_a_result_is_a_sequence_of_boxes(result):
    assert len(result) == 3
    assert [box.name for box in result] == ["cup", "dog", "cup"]
    assert result[0].name == result[-3].name == "cup"
    assert [box.name for box in result[1:]] == ["dog", "cup"]
    assert isinstance(result[1:], Result)
    assert result[1] in result
    assert result.index(result[1]) == 1
    assert [box.confidence for box in reversed(result)] == [0.3, 0.8, 0.9]
    with pytest.raises(IndexError):
        result[3]


def test_nothing_found_is_false(result):
    assert result
    assert not Result()


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({}, [0, 1, 2]),
        ({"classes": "cup"}, [0, 2]),
        ({"classes": "CUP,dog"}, [0, 1, 2]),
        ({"classes": ["dog"]}, [1]),
        ({"classes": 47}, [0, 2]),
        ({"classes": "lorry"}, []),
        ({"classes": []}, []),
        ({"threshold": 0.8}, [0, 1]),
        ({"min_area": 101}, [0, 1]),
        ({"classes": "cup", "threshold": 0.5}, [0]),
    ],
)
def test_a_result_is_filtered(result, wanted, left):
    found = result.filter(**wanted)
    assert list(found) == [result[index] for index in left]


def test_results_are_equal_when_they_found_the_same(result):
    again = Result.from_json(result.to_json())
    assert again == result
    assert hash(again) == hash(result)
    assert Result(result.boxes, 600, 400, name="other.jpg") == result
    assert result[:2] != result
    assert Result() != Result(error=Failure("not_an_image", "no"))
    assert result != list(result)


def test_results_are_compared_box_by_box(result):
    found = result.agreement(result[1:])
    assert found.missing == (result[0],)
    assert found.extra == ()
    assert found.share == 0.8
    assert result.agreement([]).missing == result.boxes


def test_a_result_shows_itself(result):
    whole = Result(result.boxes, 600, 400, name="street.jpg", frame=3)
    assert repr(whole) == "<Result street.jpg, frame 3, 600 x 400: 2 cup, 1 dog>"
    assert repr(Result()) == "<Result nothing found>"
    assert repr(Result(name="a", error=Failure("x", "why"))) == "<Result a: failed, why>"
    lines = str(whole).splitlines()
    assert lines[1].split() == ["cup", "0.900", "10", "20", "60", "90"]
    assert len(lines) == 4
    assert result.counts == {"cup": 2, "dog": 1}


def test_json_is_what_the_function_answers(result):
    assert [list(each) for each in json.loads(result.to_json())] == [
        ["class", "class_id", "confidence", "xmin", "ymin", "xmax", "ymax"]
    ] * 3
    korean = Result((Box("자동차", 1, 0.5, 0, 0, 1, 1),))
    assert "자동차" in korean.to_json()
    failed = Result(error=Failure("not_an_image", "no"))
    assert json.loads(failed.to_json()) == {"error": {"code": "not_an_image", "message": "no"}}


def test_a_dictionary_has_what_is_known(result):
    assert list(result.to_dict()) == ["detections"]
    whole = Result(
        result.boxes, 600, 400, frame=2, seconds=0.2, model={"name": "m"}, timings_ms={"a": 1.23456}
    )
    told = whole.to_dict()
    assert told["image"] == {"width": 600, "height": 400}
    assert told["model"] == {"name": "m"}
    assert told["timings_ms"] == {"a": 1.235}
    assert (told["frame"], told["seconds"]) == (2, 0.2)
    again = Result.from_json(told)
    assert (again, again.width, again.height, again.model) == (whole, 600, 400, {"name": "m"})


def test_a_reply_brings_the_picture_that_was_sent(result, coffee):
    whole = Result.from_json(result.to_json(), picture=coffee)
    assert whole.name == str(coffee)
    assert whole.plot().size == (600, 400)
    assert whole.without_picture().picture is None


def test_a_result_travels_to_another_process(result, coffee):
    whole = Result.from_json(result.to_dict(), picture=coffee)
    assert pickle.loads(pickle.dumps(whole)) == whole
    assert pickle.loads(pickle.dumps(whole)).plot().size == (600, 400)


def test_holding_a_result_needs_no_array_library():
    """A caller of a remote function has no model to load."""
    assert not imported("dcf_detect.result") & (HEAVY | IMAGES | {"models", "handler"})
