"""Files are written whole, and never larger than asked for."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.prediction.errors import PredictionError
from models.prediction.formats import FORMATS
from models.prediction.pictures import Wanted
from models.prediction.record import Box, Predicted
from models.prediction.writing import Written, check_place, write_answers

CLASSES = ((18, "dog & cat"), (47, "cup"))


def write(name, out, wanted, answers, most_bytes=None):
    return write_answers(FORMATS[name], out, wanted, lambda: iter(answers), CLASSES, most_bytes)


@pytest.mark.parametrize("name", ["coco", "challenge", "csv"])
def test_a_file_takes_the_place_of_an_older_one(tmp_path, wanted, answers, name):
    out = tmp_path / "new folder" / "out"
    for _ in range(2):
        assert write(name, out, wanted, answers) == Written(2)
    assert [each.name for each in out.parent.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["voc", "yolo"])
def test_a_folder_is_written_once(tmp_path, wanted, answers, name):
    out = tmp_path / "out"
    out.with_name("out.writing").mkdir()  # of a run that was killed
    out.with_name("out.writing").joinpath("old").touch()
    check_place(FORMATS[name], out, wanted)
    assert write(name, out, wanted, answers) == Written(2)
    assert not out.with_name("out.writing").exists()
    assert not (out / "old").exists()
    with pytest.raises(PredictionError, match="is there already"):
        check_place(FORMATS[name], out, wanted)


@pytest.mark.parametrize("name", ["voc", "yolo"])
def test_two_pictures_of_one_file_are_refused_before_any_work(tmp_path, name):
    wanted = [Wanted(1, "a.png", tmp_path / "a.png"), Wanted(2, "a.jpg", tmp_path / "a.jpg")]
    with pytest.raises(PredictionError, match=r"a\.png and a\.jpg would be answered in one file"):
        check_place(FORMATS[name], tmp_path / "out", wanted)


def test_a_folder_in_the_place_of_a_file(tmp_path, wanted):
    with pytest.raises(PredictionError, match="is a folder"):
        check_place(FORMATS["csv"], tmp_path, wanted)


_SCORES = st.lists(st.lists(st.floats(0, 1), max_size=6), max_size=5)


@given(scores=_SCORES, most=st.integers(2, 1200))
def test_the_surest_objects_stay_and_the_file_is_small_enough(tmp_path_factory, scores, most):
    out = tmp_path_factory.mktemp("cut") / "out.json"
    wanted = [Wanted(at, f"{at}.jpg", out) for at in range(len(scores))]
    answers = [
        Predicted(
            at=at, state=(0, 0), boxes=tuple(Box("cup", 47, score, 0, 0, 1, 1) for score in each)
        )
        for at, each in enumerate(scores)
    ]
    written = write("challenge", out, wanted, answers, most)
    content = out.read_bytes()
    assert len(content) <= most
    kept = [entry["score"] for entry in json.loads(content)]
    everything = sorted((round(score, 4) for each in scores for score in each), reverse=True)
    assert sorted(kept, reverse=True) == everything[: len(kept)]
    assert written.objects == len(kept)
    assert written.left_out == len(everything) - len(kept)
    if written.left_out:
        # The next object, of at most 103 bytes, had no room.
        assert len(content) + 104 > most
        assert round(written.least, 4) == min(kept, default=0.0)


@pytest.mark.parametrize("name", ["coco", "challenge", "csv"])
def test_a_limit_below_an_empty_answer_is_refused(tmp_path, wanted, answers, name):
    with pytest.raises(PredictionError, match="not even an empty answer fits"):
        write(name, tmp_path / "out", wanted, answers, 1)


@pytest.mark.parametrize("name", ["coco", "challenge", "csv"])
def test_a_limit_that_fits_exactly_leaves_nothing_out(tmp_path, wanted, answers, name):
    out = tmp_path / "out"
    write(name, out, wanted, answers)
    whole = out.read_bytes()
    assert write(name, out, wanted, answers, len(whole)) == Written(2)
    assert out.read_bytes() == whole
    assert write(name, out, wanted, answers, len(whole) - 1).left_out == 1
