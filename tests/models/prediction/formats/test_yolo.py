"""YOLO's files."""

import pytest

from models.prediction.formats.yolo import FORMAT

CLASSES = ((18, "dog & cat"), (47, "cup"))


def test_lines_are_shares_of_the_picture(wanted, answers):
    assert FORMAT.name(wanted[0]) == "labels/거리/a.txt"
    lines = FORMAT.content(wanted[0], answers[0], CLASSES).decode().splitlines()
    number, x, y, width, height, score = (float(each) for each in lines[0].split())
    assert (number, score) == (1, 0.91235)
    assert (x - width / 2) * 100 == pytest.approx(20.04, abs=1e-3)
    assert (y + height / 2) * 50 == pytest.approx(49.96, abs=1e-3)
    assert lines[1].startswith("0 ")


def test_the_names_in_order_of_their_numbers():
    assert dict(FORMAT.others(CLASSES)) == {"classes.txt": b"dog & cat\ncup\n"}
