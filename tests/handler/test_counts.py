"""What the function counts: answered pictures, by whatever way they came; nothing else."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from handler.handler import DetectorError, Handler, PayloadError
from watcher.telemetry.handler_series import families_of

SAMPLES = Path(__file__).parents[2] / "samples"
CAT = (SAMPLES / "chelsea.jpg").read_bytes()
CUP = (SAMPLES / "coffee.jpg").read_bytes()


@pytest.fixture
def handler():
    return Handler({})


def call(handler, body, **query):
    return handler(SimpleNamespace(input=body, query=query))


def counted(handler):
    """Name and labels -> value, as the watcher takes them."""
    return {
        (one.name, *sorted(one.labels.items())): one.value
        for family in families_of(handler.metrics())
        for one in family.samples
    }


def pictures(handler):
    found = counted(handler)
    return tuple(found["ssd_pictures_total", ("counted", word)] for word in ("yes", "no"))


def test_the_watcher_takes_them_before_the_first_call(handler):
    found = counted(handler)
    assert pictures(handler) == (0, 0)
    (info,) = (key for key in found if key[0] == "ssd_model_info")
    told = dict(info[1:])
    assert told["digest"] == handler.info["model"]["digest"]
    assert (told["threshold"], told["tiles"]) == ("0.5", "1")


def test_a_picture_counts_with_what_was_found_in_it(handler):
    answer = json.loads(call(handler, CAT).body)
    found = counted(handler)
    assert pictures(handler) == (1, 0)
    assert found["ssd_detections_total", ("class", "cat")] == 1
    assert found[("ssd_confidence_sum",)] == pytest.approx(answer[0]["confidence"])
    assert found[("ssd_picture_side_pixels_sum",)] == 451
    assert found[("ssd_picture_detections_count",)] == 1


def test_a_batch_counts_its_good_pictures_alone(handler):
    images = [base64.b64encode(each).decode() for each in (CAT, CUP, b"none", CAT[:2000])]
    answers = json.loads(call(handler, json.dumps({"images": images}).encode()).body)
    assert ["error" in each for each in answers] == [False, False, True, True]
    assert pictures(handler) == (2, 0)
    assert counted(handler)[("ssd_picture_detections_sum",)] == sum(map(len, answers[:2]))


def test_a_drawn_picture_counts_as_an_answered_one(handler):
    call(handler, CAT, format="jpeg")
    assert pictures(handler) == (1, 0)


@pytest.mark.parametrize("body", [b"none", CAT[:2000], b""], ids=["none", "cut", "empty"])
def test_a_call_that_fails_counts_nothing(handler, body):
    with pytest.raises((DetectorError, PayloadError)):
        call(handler, body)
    assert pictures(handler) == (0, 0)


@pytest.mark.parametrize(
    "query", [{"threshold": "0.6"}, {"classes": "cat"}, {"tiles": "2"}, {"max_detections": "1"},
              {"iou": "0.3"}, {"top_k": "5"}],
    ids=str,
)  # fmt: skip
def test_a_call_that_asks_for_something_else_is_counted_as_that_alone(handler, query):
    call(handler, CAT, **query)
    assert pictures(handler) == (0, 1)
    assert counted(handler)[("ssd_confidence_count",)] == 0


def test_a_lower_threshold_counts_what_the_usual_one_would_have_found(handler):
    answer = json.loads(call(handler, CUP, threshold="0.05").body)
    usual = json.loads(call(Handler({}), CUP).body)
    assert len(answer) > len(usual)
    assert pictures(handler) == (1, 0)
    assert counted(handler)[("ssd_confidence_count",)] == len(usual)


def test_with_tiles_as_the_functions_own_setting_they_count():
    handler = Handler({"TILES": "2", "THRESHOLD": "0.3"})
    answer = json.loads(call(handler, CUP).body)
    assert pictures(handler) == (1, 0)
    assert counted(handler)[("ssd_picture_detections_sum",)] == len(answer)


def test_no_count_is_lost_where_several_threads_answer(handler):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: call(handler, CAT), range(40)))
    assert pictures(handler) == (40, 0)
    assert counted(handler)["ssd_detections_total", ("class", "cat")] == 40
