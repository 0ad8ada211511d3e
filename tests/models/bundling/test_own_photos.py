import cv2
import numpy as np
import pytest
from PIL import Image

from models.bundling import own_photos as module
from models.bundling.errors import NoPhotos
from models.bundling.own_photos import calibration_photos
from models.bundling.photos import choose, part_photos, thin_out
from models.ssd.description import PhotoSource

SIZE = (20, 30)
FROM_A_PACKAGE = (PhotoSource(package="p", photos=80),)


def silent(step, share):
    pass


def fill(folder, count, suffix=".png"):
    for index in range(count):
        picture = np.full((40, 60, 3), (0, 0, index), np.uint8)  # blue, green, red
        cv2.imwrite(str(folder / f"{index:03}{suffix}"), picture)


def read(folder, most=100):
    said = []
    found = calibration_photos(folder, folder / "cache", SIZE, most, silent, said.append)
    return found, said


def test_every_fourth_is_held_out_and_all_are_rgb_of_whole_pixels(tmp_path):
    fill(tmp_path, 8)
    (tmp_path / "notes.txt").write_text("no picture")
    photos, said = read(tmp_path)
    assert photos.calibration.shape == (6, *SIZE, 3)
    assert photos.calibration.dtype == np.uint8
    assert photos.held_out[:, 0, 0].tolist() == [[3, 0, 0], [7, 0, 0]]
    assert said == ["6 photos to calibrate with and 2 to judge, evenly chosen out of 8"]
    assert str(tmp_path) not in str(photos.sources)


def test_more_than_memory_holds_are_chosen_evenly(tmp_path):
    fill(tmp_path, 40)
    photos, said = read(tmp_path, most=6)
    reds = sorted([*photos.calibration[:, 0, 0, 0], *photos.held_out[:, 0, 0, 0]])
    assert reds == [0, 5, 10, 15, 20, 25, 30, 35]
    assert "out of 40" in said[-1]


def test_pictures_are_turned_as_their_exif_says(tmp_path):
    picture = Image.new("RGB", (60, 40))
    picture.paste((255, 0, 0), (0, 0, 30, 40))  # the left half
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn: left is up
    for index in range(4):
        picture.save(tmp_path / f"{index}.png", exif=exif)
    photos, _ = read(tmp_path)
    assert (photos.held_out[0, :8, :, 0] > 250).all()
    assert (photos.held_out[0, 12:, :, 0] < 5).all()


def test_broken_ones_are_named_and_counted(tmp_path):
    fill(tmp_path, 5)
    whole = (tmp_path / "000.png").read_bytes()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "cut").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "fake.jpg").write_text("not a picture")
    (tmp_path / ".hidden.jpg").write_text("left by a file manager")
    photos, said = read(tmp_path)
    assert len(photos.calibration) + len(photos.held_out) == 5
    assert [line.split(":")[0] for line in said[:2]] == ["skipped deep/cut", "skipped fake.jpg"]
    assert said[2] == "skipped 2 of 7 pictures, which cannot be read"


@pytest.mark.parametrize("count", [0, 3])
def test_too_few(tmp_path, count):
    fill(tmp_path, count)
    with pytest.raises(NoPhotos, match=f"has {count} pictures that can be read, int8 needs"):
        read(tmp_path)


def test_the_pinned_ones_without_a_folder(tmp_path, monkeypatch):
    every = part_photos(np.arange(80, dtype=np.uint8)[:, None, None, None], FROM_A_PACKAGE)
    monkeypatch.setattr(module, "read_photos", lambda size, cache, progress: every)
    said = []
    photos = calibration_photos(None, tmp_path, SIZE, 30, silent, said.append)
    assert (len(photos.calibration), len(photos.held_out)) == (30, 10)
    assert photos.digest != every.digest
    assert photos.sources == FROM_A_PACKAGE
    assert thin_out(every, 60).digest == every.digest
    assert said == ["30 photos to calibrate with and 10 to judge, evenly chosen out of 80"]


def test_choose():
    assert choose(3, 5) == [0, 1, 2]
    assert choose(10, 5) == [0, 2, 4, 6, 8]
    assert choose(7, 1) == [0]
    assert choose(0, 5) == []
