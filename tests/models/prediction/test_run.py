"""Every picture is answered once, in order, on as many threads as asked for."""

import os

import pytest

from models.prediction.journal import Journal
from models.prediction.pictures import Wanted, find_pictures
from models.prediction.run import predict, state_of
from models.ssd.detector import Detector
from models.ssd.errors import OptionError


@pytest.fixture(scope="module")
def detector():
    return Detector(pool_size=2)


def run(detector, wanted, journal, workers=2):
    known = []
    new = list(predict(detector, wanted, detector.defaults, journal, workers, known.append))
    return known, new


def test_each_picture_has_the_detectors_own_answer(detector, pictures, tmp_path):
    wanted = find_pictures(pictures)
    with Journal(tmp_path / "j", "") as journal:
        known, new = run(detector, wanted, journal)
        assert not known
        assert list(journal.answers()) == new
    assert [answer.at for answer in new] == [0, 1, 2, 3, 4]
    assert [bool(answer.error) for answer in new] == [False, False, True, False, False]
    assert "ends early" in new[2].error
    for answer in new[:2]:
        found = detector.detect(wanted[answer.at].file.read_bytes()).detections
        assert (answer.height, answer.width) == (found.height, found.width)
        assert [box.name for box in answer.boxes] == list(found.names)
        assert [box[3:] for box in answer.boxes] == [tuple(box) for box in found.boxes.tolist()]


def test_what_is_known_is_not_answered_again(detector, pictures, tmp_path):
    wanted = find_pictures(pictures)
    with Journal(tmp_path / "j", "") as journal:
        _, first = run(detector, wanted, journal)
        os.utime(wanted[0].file, ns=(1, 1))
        known, new = run(detector, wanted, journal)
    # The changed picture and the one that could not be read are looked at anew.
    assert [answer.at for answer in known] == [1, 3, 4]
    assert [answer.at for answer in new] == [0, 2]
    assert new[0].boxes == first[0].boxes


def test_a_missing_picture_is_an_answer(detector, tmp_path):
    wanted = [Wanted(1, "gone.jpg", tmp_path / "gone.jpg")]
    with Journal(tmp_path / "j", "") as journal:
        _, (answer,) = run(detector, wanted, journal)
    assert answer.error == "No such file or directory"
    assert state_of(wanted[0]) == (0, 0)


def test_a_mistake_of_the_settings_ends_the_run(detector, pictures, tmp_path):
    from msgspec.structs import replace

    settings = replace(detector.defaults, classes=("unicorn",))
    with Journal(tmp_path / "j", "") as journal:
        answers = predict(detector, find_pictures(pictures), settings, journal, 2, print)
        with pytest.raises(OptionError, match="unicorn"):
            list(answers)
        assert len(journal) == 0
