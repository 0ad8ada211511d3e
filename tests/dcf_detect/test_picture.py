import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dcf_detect.picture import path_of, picture_of


@pytest.mark.parametrize("wrap", [str, Path])
def test_a_path_is_read_when_it_is_needed(coffee, wrap):
    picture = picture_of(wrap(coffee))
    assert picture.name == str(coffee)
    assert picture.load() == coffee.read_bytes()


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview, io.BytesIO])
def test_bytes_in_any_wrapping(coffee, wrap):
    assert picture_of(wrap(coffee.read_bytes())).load() == coffee.read_bytes()


def test_an_open_file_has_a_name(coffee):
    with coffee.open("rb") as file:
        picture = picture_of(file)
    assert picture.name == str(coffee)
    assert picture.load() == coffee.read_bytes()


def test_a_file_opened_as_text(tmp_path):
    (tmp_path / "a").write_text("a")
    with (tmp_path / "a").open() as file, pytest.raises(TypeError, match="open it with mode 'rb'"):
        picture_of(file)


def test_pixels_are_taken_as_they_are(grey):
    assert np.shares_memory(picture_of(grey).load(), grey)
    assert (picture_of(Image.fromarray(grey)).load() == grey).all()


def test_a_missing_file_is_told_by_its_name(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.jpg"):
        picture_of(tmp_path / "nothing.jpg").load()


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1/a.jpg", "HTTPS://localhost/a", "ftp://localhost/a", "rtsp://localhost/1",
     "file:///etc/passwd", "s3://bucket/a.jpg", "data:image/png;base64,iVBOR"],
)  # fmt: skip
def test_addresses_are_never_fetched(address):
    with pytest.raises(ValueError, match="is an address, and addresses are never fetched"):
        picture_of(address)


@pytest.mark.parametrize("path", ["a:b.jpg", "C:/a.jpg", "a//b.jpg", "photo (1).jpg", "자동차.jpg"])
def test_paths_that_look_odd_are_paths(path):
    assert path_of(path) == Path(path)


def test_an_empty_path():
    with pytest.raises(ValueError, match="the path is empty"):
        picture_of("")


class Tensor:
    def __array__(self):
        return np.zeros((4, 4, 3), np.uint8)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (None, r"None is no picture: .*cv2.imread answers None"),
        (3.5, "float is no picture: give a path, bytes, a Pillow image, a numpy array"),
        ({}, "dict is no picture"),
        (object, "type is no picture"),
        (Tensor(), r"Tensor is no picture: give its numpy array, such as tensor.cpu\(\).numpy\(\)"),
    ],
)
def test_what_is_no_picture_is_told(source, told):
    with pytest.raises(TypeError, match=told):
        picture_of(source)


def test_arrays_of_other_kinds_are_arrays(grey):
    """A kind derived from numpy's, as memory maps are."""
    assert picture_of(grey.view(np.recarray).view(np.ndarray)).load().shape == grey.shape
    assert picture_of(np.ma.masked_array(grey)).load().shape == grey.shape
