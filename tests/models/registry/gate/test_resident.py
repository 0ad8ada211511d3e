"""Memory is that of a process of its own."""

import cv2
import numpy as np
import pytest

from models.registry.errors import RegistryError
from models.registry.gate.resident import greatest_memory, peak
from tests.models.registry.gate.conftest import FLOAT, INT8, SAMPLES

PICTURES = [SAMPLES / "coffee.jpg", SAMPLES / "chelsea.jpg"]


def test_it_is_the_models_own_and_not_this_processs():
    held = np.ones(300_000_000, np.uint8)  # written to, so that it is resident
    found = {each: greatest_memory(each, PICTURES) for each in (INT8, FLOAT)}
    assert peak() > len(held)
    assert 20_000_000 < found[INT8] < found[FLOAT] < len(held)


def test_a_larger_picture_takes_more(tmp_path):
    large = tmp_path / "large\n name.png"
    cv2.imwrite(str(large), np.zeros((4000, 4000, 3), np.uint8))
    assert greatest_memory(INT8, [large]) > greatest_memory(INT8, PICTURES) + 20_000_000


def test_a_process_that_fails_says_why(tmp_path):
    with pytest.raises(RegistryError, match=r"ended with 1 and said: .*manifest\.json cannot be"):
        greatest_memory(tmp_path, PICTURES)
    with pytest.raises(RegistryError, match=r"nowhere\.jpg"):
        greatest_memory(INT8, [tmp_path / "nowhere.jpg"])
