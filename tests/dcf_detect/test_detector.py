import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from dcf_detect import Detector, DetectorError, Result

SAMPLES = {"astronaut.jpg": "person", "chelsea.jpg": "cat", "coffee.jpg": "cup"}


def test_a_path_is_answered(detector, coffee):
    result = detector(str(coffee))
    assert [box.name for box in result] == ["cup", "dining table"]
    assert (result.width, result.height, result.name) == (600, 400, str(coffee))
    assert result.model == detector.model
    assert list(result.timings_ms) == ["decode", "preprocess", "inference", "boxes"]
    assert detector(coffee) == result


def test_bytes_and_open_files_are_the_same_as_their_path(detector, coffee):
    with coffee.open("rb") as file:
        assert detector(coffee.read_bytes()) == detector(file) == detector(coffee)


def test_pixels_in_any_form_are_the_same(detector, coffee):
    image = Image.open(coffee)
    rgb = np.asarray(image)
    result = detector(rgb)
    assert result[0].name == "cup"
    assert detector(image) == result
    assert detector(rgb[:, :, ::-1], color="bgr") == result
    assert detector(rgb.astype(np.float32) / 255, floats=True) == result
    assert detector(np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])) == result
    assert detector(np.asfortranarray(rgb)) == result


def test_colours_the_wrong_way_round_are_another_picture(detector, coffee):
    """What OpenCV reads is BGR: without the flag it is answered as another picture."""
    bgr = cv2.imread(str(coffee))
    assert detector(bgr, color="bgr") != detector(bgr)


def test_a_list_is_answered_by_a_list_in_order(detector, samples):
    pictures = [samples / name for name in SAMPLES] * 4
    results = detector(pictures)
    assert isinstance(results, list)
    assert [result[0].name for result in results] == list(SAMPLES.values()) * 4
    assert results == [detector(picture) for picture in pictures]
    assert detector([]) == []


def test_a_folder_is_answered_one_by_one(detector, samples):
    results = detector.stream(samples)
    assert next(results).name == str(samples / "astronaut.jpg")
    assert [result[0].name for result in results] == ["cat", "cup"]
    assert [result[0].name for result in detector(samples)] == list(SAMPLES.values())
    assert [result[0].name for result in detector(f"{samples}/c*.jpg")] == ["cat", "cup"]


def test_one_picture_is_a_stream_of_one(detector, coffee):
    assert list(detector.stream(coffee)) == [detector(coffee)]


def test_a_video_is_answered_frame_by_frame(detector, video):
    results = list(detector(str(video)))
    assert [result.frame for result in results] == list(range(6))
    assert [result[0].name for result in results] == ["cup", "cat"] * 3
    assert results[3].plot().size == (320, 240)


def test_whatever_makes_pictures_is_answered_as_they_are_made(detector, coffee):
    made = []

    def camera():
        frame = cv2.imread(str(coffee))
        for number in range(50):
            made.append(number)
            yield frame

    results = detector(camera(), color="bgr")
    assert next(results)[0].name == "cup"
    assert len(made) < 6
    results.close()


def test_thresholds_and_classes_of_a_call(detector, coffee):
    every = detector(coffee, threshold=0.05)
    assert len(every) > len(detector(coffee)) == 2
    assert min(box.confidence for box in every) < 0.5
    assert detector(coffee, threshold=0.7) == every.filter(threshold=0.7)
    assert {box.name for box in detector(coffee, classes="cup")} == {"cup"}
    assert {box.class_id for box in detector(coffee, classes=[67])} == {67}
    assert len(detector(coffee, threshold=0.0, max_detections=3)) == 3


def test_tiles_are_looked_at(detector, coffee):
    tiled = detector(coffee, tiles=2, threshold=0.05)
    assert tiled != detector(coffee, threshold=0.05)
    assert Detector(tiles=2)(coffee, threshold=0.05) == tiled


def test_what_a_detector_is_built_with_holds_until_a_call_says_otherwise(coffee):
    cups = Detector(threshold=0.9, classes=["cup"])
    assert {box.name for box in cups(coffee)} == {"cup"}
    assert {box.name for box in cups(coffee, classes=[], threshold=0.5)} == {"cup", "dining table"}


@pytest.mark.parametrize("wrap", [str, Path])
def test_an_embedded_model_is_named(wrap, coffee):
    found = Detector(wrap("ssdlite_mobilenet_v2_coco"))
    assert found.model["name"] == "ssdlite_mobilenet_v2_coco"
    assert found(coffee)[0].name == "cup"
    assert repr(found) == "<Detector ssdlite_mobilenet_v2_coco, threshold 0.5>"
    assert "cup" in found.classes


def test_a_model_in_a_folder(tmp_path, coffee, detector, pytestconfig):
    embedded = pytestconfig.rootpath / "models/ssd/bundles/ssdlite_mobilenet_v2_coco_int8"
    shutil.copytree(embedded, tmp_path / "mine")
    assert Detector(tmp_path / "mine")(coffee) == detector(coffee)


def test_a_model_that_is_not_there():
    with pytest.raises(DetectorError, match="neither a folder nor one of those embedded: ssdlite"):
        Detector("yolo")


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2"])
def test_threads_are_counted(threads):
    with pytest.raises(ValueError, match="threads must be a whole number from 1, got"):
        Detector(threads=threads)


def test_mistakes_of_a_call_are_told_before_any_work(detector, coffee):
    with pytest.raises(ValueError, match="no class 'dgo', did you mean 'dog'"):
        detector.stream(coffee, classes="dgo")
    with pytest.raises(ValueError, match="no class 'dgo'"):
        Detector(classes="dgo")
    with pytest.raises(TypeError, match="did you mean 'threshold'"):
        detector(coffee, treshold=0.3)
    with pytest.raises(ValueError, match="threshold must be a number from 0 to 1, got 3"):
        detector.stream(coffee, threshold=3)
    with pytest.raises(TypeError, match="None is no picture"):
        detector.stream(None)


@pytest.fixture
def mixed(tmp_path, coffee):
    """A good picture, a broken one, a good one."""
    whole = coffee.read_bytes()
    for name, content in (("a.jpg", whole), ("b.jpg", whole[:20_000]), ("c.jpg", whole)):
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_a_bad_picture_ends_a_folder_and_is_named(detector, mixed):
    results = detector.stream(mixed)
    assert next(results)[0].name == "cup"
    with pytest.raises(DetectorError, match=r"b\.jpg: the JPEG image ends early") as caught:
        next(results)
    assert caught.value.code == "truncated_image"


def test_a_bad_picture_is_kept_where_that_is_asked_for(detector, mixed):
    first, bad, last = detector(mixed, on_error="keep")
    assert first == last
    assert (bad.boxes, bad.error.code) == ((), "truncated_image")
    assert bad.name == str(mixed / "b.jpg")
    assert first.error is last.error is None


def test_a_damaged_picture_is_answered_where_that_is_asked_for(detector, mixed):
    result = detector(mixed / "b.jpg", damaged="accept")
    assert (result.width, result.error) == (600, None)
    assert result.plot().size == (600, 400)


def test_what_is_missing_in_a_list_is_kept_likewise(detector, coffee, tmp_path):
    bad, good = detector([tmp_path / "gone.jpg", coffee], on_error="keep")
    assert bad.error.code == "unreadable"
    assert "gone.jpg" in bad.error.message
    assert good[0].name == "cup"
    with pytest.raises(FileNotFoundError, match=r"gone\.jpg"):
        detector([coffee, tmp_path / "gone.jpg"])


def test_a_bad_one_without_a_name_is_told_by_its_place(detector, coffee):
    with pytest.raises(DetectorError, match="item 1: the input is not an image"):
        detector([coffee.read_bytes(), b"nothing"])


def test_what_is_no_picture_is_never_kept(detector, coffee):
    """That is a mistake of the program, not of a file."""
    with pytest.raises(TypeError, match="None is no picture"):
        detector([coffee, None], on_error="keep")
    with pytest.raises(TypeError, match="uint8 from 0 to 255 is read"):
        detector([np.zeros((4, 4, 3), np.int32)], on_error="keep")


def test_it_may_be_called_from_many_threads(detector, samples):
    pictures = [samples / name for name in SAMPLES] * 8
    alone = [detector(picture) for picture in pictures]
    together = threading.Barrier(6)

    def work(_):
        together.wait(30)
        return [detector(picture) for picture in pictures]

    with ThreadPoolExecutor(6) as pool:
        assert all(each == alone for each in pool.map(work, range(6)))


def test_the_drawn_picture_of_a_path(detector, coffee, tmp_path):
    result = detector(coffee)
    drawn = result.plot()
    assert drawn.size == (600, 400)
    assert drawn.tobytes() != Image.open(coffee).tobytes()
    with Image.open(result.save(tmp_path / "boxes.jpg")) as saved:
        assert saved.size == (600, 400)


def test_a_turned_picture_is_answered_as_a_person_sees_it(detector, coffee, tmp_path):
    image = Image.open(coffee).transpose(Image.Transpose.ROTATE_90)
    exif = image.getexif()
    exif[274] = 6  # turn it by 90 degrees clockwise
    image.save(tmp_path / "turned.png", exif=exif)
    results = detector(tmp_path / "turned.png"), detector(Image.open(tmp_path / "turned.png"))
    for result in results:
        assert (result.width, result.height) == (600, 400)
        assert result.agreement(detector(coffee), iou=0.9).share == 1
        assert result.plot().size == (600, 400)


def test_a_users_own_opencv_keeps_its_threads():
    code = (
        "import cv2; cv2.setNumThreads(3); from dcf_detect import Detector; Detector();"
        "print(cv2.getNumThreads())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "3\n"


def test_an_empty_result_is_a_result(detector):
    result = detector(np.zeros((8, 8, 3), np.uint8))
    assert isinstance(result, Result)
    assert not result
    assert result.to_json() == "[]"
