"""A user's script is checked by `mypy --strict` as far as its own words go."""

import subprocess
import sys

import pytest

# mypy reads numpy's types anew: most of a minute on a slow machine, and more on a busy one.
pytestmark = pytest.mark.timeout(300)

SCRIPT = """
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from typing_extensions import assert_type

from dcf_detect import Box, Detector, DetectorError, Result

detector = Detector("ssdlite_mobilenet_v2_coco", threshold=0.4, classes=["dog", 3], threads=2)
for box in Detector()("street.jpg"):
    print(box.name, box.confidence, box.xyxy)
pixels: npt.NDArray[np.uint8] = np.zeros((9, 9, 3), np.uint8)
floats: npt.NDArray[np.float32] = np.zeros((9, 9, 3), np.float32)
assert_type(detector(Path("street.jpg"), threshold=0.3), Result)
assert_type(detector(b""), Result)
assert_type(detector(pixels, color="bgr"), Result)
assert_type(detector(floats, floats=True, on_error="keep"), Result)
assert_type(detector(Image.new("RGB", (9, 9))), Result)
assert_type(detector(["a.jpg", "b.jpg"], classes="dog"), list[Result])
assert_type(detector([pixels, floats]), list[Result])
with open("street.jpg", "rb") as file:
    assert_type(detector(file), Result)
for result in detector.stream("photos"):
    assert_type(result, Result)
for result in detector(0):
    assert_type(result, Result)
for result in detector(iter([pixels])):
    assert_type(result, Result)
result = detector("street.jpg")
assert_type(result[0], Box)
assert_type(result[1:], Result)
assert_type(result.filter(classes="dog").save("boxes.jpg"), Path)
assert_type(result.plot(), Image.Image)
assert_type(result.agreement(Result.from_json("[]")).share, float)
assert_type(result.to_coco(1), list[dict[str, object]])
try:
    detector("gone.jpg")
except DetectorError as error:
    print(error.code)
"""
MISTAKES = {
    "detector('a.jpg', treshold=0.3)": "treshold",
    "detector('a.jpg', color='gbr')": "color",
    "detector(3.5)": "No overload variant",
    "Detector(threshold='0.5')": "threshold",
    "result[0].xmin + 'a'": "Unsupported operand",
    "print(result[0].label)": "label",
}


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """`check(text)` is what mypy says of a script, outside of the checkout."""
    folder = tmp_path_factory.mktemp("script")

    def check(text):
        (folder / "script.py").write_text(text)
        command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", "cache", "script.py"]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=280, check=False
        )
        return done.returncode, done.stdout

    return check


def test_a_script_of_every_kind_of_call_has_no_error(check):
    status, told = check(SCRIPT)
    assert status == 0, told


def test_mistakes_are_found(check):
    status, told = check(f"{SCRIPT}\n" + "\n".join(MISTAKES) + "\n")
    assert status == 1
    first = SCRIPT.count("\n") + 2
    lines = told.splitlines()
    for number, (line, word) in enumerate(MISTAKES.items(), first):
        assert any(each.startswith(f"script.py:{number}:") and word in each for each in lines), line
