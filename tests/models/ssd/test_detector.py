import dataclasses
import io
import threading
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from models.ssd.convert import Identity
from models.ssd.convert.bundle import describe, labels_file
from models.ssd.convert.folder import write_bundle
from models.ssd.convert.graph import float_graph
from models.ssd.detector import Answer, Detector
from models.ssd.errors import DetectorError, NotAnImage
from models.ssd.settings import Settings
from models.ssd.spec import DefaultsSpec

SAMPLES = Path(__file__).parents[3] / "samples"
CUP = (SAMPLES / "coffee.jpg").read_bytes()
CAT = (SAMPLES / "chelsea.jpg").read_bytes()


@pytest.fixture(scope="module")
def detector():
    return Detector(pool_size=2)


def test_a_real_picture(detector):
    answer = detector.detect(CUP)
    assert answer.detections.names == ("cup", "dining table")
    assert answer.detections.class_ids.tolist() == [47, 67]
    # The cup, as a person would frame it.
    ymin, xmin, ymax, xmax = answer.detections.boxes[0]
    assert abs(ymin - 18) < 20
    assert abs(xmin - 175) < 20
    assert abs(ymax - 243) < 35
    assert abs(xmax - 410) < 35
    assert set(answer.timings_ms) == {"decode", "preprocess", "inference", "boxes"}


def test_decoded_pixels_give_the_same_answer(detector):
    with Image.open(SAMPLES / "coffee.jpg") as image:
        pixels = np.asarray(image.convert("RGB"))
    direct = detector.detect_pixels(pixels).detections
    assert direct.names == detector.detect(CUP).detections.names
    np.testing.assert_allclose(direct.boxes, detector.detect(CUP).detections.boxes, atol=2)


def test_a_batch_keeps_its_order_and_a_bad_picture_fails_alone(detector):
    answers = detector.detect_batch([CAT, b"no", CUP, CAT])
    assert isinstance(answers[1], NotAnImage)
    good = [answer for answer in answers if isinstance(answer, Answer)]
    assert [answer.detections.names[0] for answer in good] == ["cat", "cup", "cat"]


def test_an_empty_batch(detector):
    assert detector.detect_batch([]) == []


def test_settings_of_a_call_do_not_last(detector):
    loose = Settings(0.05, 0.6, 400, 100)
    assert len(detector.detect(CAT, loose).detections) > 1
    assert len(detector.detect(CAT).detections) == 1


def test_calls_in_parallel_answer_as_alone(detector):
    alone = [detector.detect(picture).detections.objects() for picture in (CUP, CAT)]
    wrong, end = [], time.monotonic() + 2

    def call(index):
        while time.monotonic() < end:
            found = detector.detect((CUP, CAT)[index % 2]).detections.objects()
            if found != alone[index % 2]:
                wrong.append(found)

    threads = [threading.Thread(target=call, args=(index,)) for index in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not wrong


def test_errors_have_codes(detector):
    with pytest.raises(DetectorError) as caught:
        detector.detect(b"text")
    assert caught.value.code == "not_an_image"


class Recorder:
    """Stands for a session: notes how many others each call was told of.

    Attributes:
        together: Where so many calls wait for one another.
    """

    def __init__(self, session):
        self.session = session
        self.others = []
        self.together = threading.Barrier(1)

    def run(self, tensor, others=0):
        self.others.append(others)
        self.together.wait(60)
        return self.session.run(tensor, others)


def test_a_lone_call_is_told_so_and_calls_in_company_too():
    detector = Detector(pool_size=2)
    detector._looks._session = recorder = Recorder(detector._looks._session)
    detector.detect(CUP)
    detector.detect(CUP)
    assert recorder.others == [0, 0]
    recorder.together = threading.Barrier(3)
    threads = [threading.Thread(target=detector.detect, args=(CUP,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert max(recorder.others[2:]) == 2
    recorder.together = threading.Barrier(1)
    with pytest.raises(DetectorError):
        detector.detect(b"broken")
    detector.detect(CUP)
    assert recorder.others[-1] == 0


def test_a_network_with_the_legacy_resize_sees_the_picture_at_full_size(
    tmp_path, atrous_network, atrous_weights
):
    """It takes single pixels out of the picture: a smaller one has other pixels."""
    spec = msgspec.structs.replace(atrous_network.input, resize="legacy_bilinear")
    network = dataclasses.replace(atrous_network, input=spec)
    identity = Identity(
        name="legacy", version="1.0.0", class_ids=(0, 1, 2), labels=("background", "a", "b"),
        defaults=DefaultsSpec(threshold=0.3), license="CC0-1.0",
    )  # fmt: skip
    content = float_graph(network, atrous_weights)
    contents = {"model.tflite": content, "labels.txt": labels_file(identity)}
    write_bundle(tmp_path / "legacy", describe(network, identity, "float32"), contents)
    detector = Detector(tmp_path / "legacy", pool_size=1)
    with Image.open(io.BytesIO(CUP)) as image:
        pixels = np.asarray(image.convert("RGB"))
    from_pixels, from_file = detector.detect_pixels(pixels), detector.detect(CUP)
    assert len(from_pixels.detections.names) > 0
    np.testing.assert_array_equal(from_file.detections.boxes, from_pixels.detections.boxes)
    np.testing.assert_array_equal(from_file.detections.scores, from_pixels.detections.scores)
