import shutil
from pathlib import Path

import numpy as np
import pytest

from dcf_detect.arrays import Form
from dcf_detect.picture import Picture
from dcf_detect.sources import SUFFIXES, open_source
from models.ssd.formats import READ


@pytest.fixture
def album(tmp_path, coffee):
    for name in ("b.jpg", "a.PNG", "c.webp", "notes.txt", ".hidden.jpg"):
        shutil.copy(coffee, tmp_path / name)
    (tmp_path / "inner.jpg").mkdir()
    shutil.copy(coffee, tmp_path / "inner.jpg/d.jpg")
    return tmp_path


def names(source):
    found = open_source(source, Form())
    return [Path(picture.name).name for picture in found.pictures]


@pytest.mark.parametrize("wrap", [str, Path])
def test_a_folder_gives_its_pictures_sorted(album, wrap):
    assert names(wrap(album)) == ["a.PNG", "b.jpg", "c.webp"]


def test_a_folder_without_pictures(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"has no pictures: names that end in \.avif, \.bmp"
    ):
        open_source(tmp_path, Form())


def test_every_format_that_is_read_has_its_suffix():
    assert {kind.lower() for kind in READ} <= {suffix[1:] for suffix in SUFFIXES} | {"jpeg"}


def test_a_pattern_gives_what_matches(album):
    assert names(str(album / "*.jpg")) == ["b.jpg"]
    assert names(str(album / "**/*.jpg")) == ["b.jpg", "d.jpg"]
    assert names(str(album / "[ab].*")) == ["a.PNG", "b.jpg"]
    with pytest.raises(FileNotFoundError, match="no file matches"):
        open_source(str(album / "*.tiff"), Form())


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(album):
    shutil.copy(album / "b.jpg", album / "b[1].jpg")
    found = open_source(album / "b[1].jpg", Form())
    assert isinstance(found, Picture)
    assert found.name.endswith("b[1].jpg")


def test_a_list_is_answered_by_a_list(coffee, grey):
    for wrap in (list, tuple):
        found = open_source(wrap([coffee, grey, coffee.read_bytes()]), Form())
        assert found.listed
        assert [picture.name for picture in found.pictures] == [str(coffee), "item 1", "item 2"]


@pytest.mark.parametrize("item", [["a.jpg"], 0, None, True, {}])
def test_what_a_list_may_not_hold(item):
    found = open_source([item], Form())
    with pytest.raises(TypeError, match="is no picture"):
        list(found.pictures)


def test_one_array_may_be_filled_again_and_again(grey):
    """Whoever makes pictures one after the other may use one buffer for all of them."""

    def frames():
        for value in range(3):
            grey[:] = value
            yield grey

    found = open_source(frames(), Form())
    assert not found.listed
    assert [int(picture.load().max()) for picture in list(found.pictures)] == [0, 1, 2]


@pytest.mark.parametrize("source", [{"a.jpg"}, {"a.jpg": 1}, True, 2.5, None, np.float32(1)])
def test_what_is_no_source(source):
    with pytest.raises(TypeError, match="is no picture"):
        open_source(source, Form())


@pytest.mark.parametrize("name", ["clip.mp4", "CLIP.MOV"])
def test_a_video_is_told_by_its_name(video, tmp_path, name):
    shutil.copy(video, tmp_path / name)
    found = open_source(tmp_path / name, Form())
    assert [picture.frame for picture in found.pictures] == [0, 1, 2, 3, 4, 5]


def test_a_video_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.mp4"):
        open_source(tmp_path / "gone.mp4", Form())
