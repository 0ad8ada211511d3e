"""Which pictures are found, and by which id."""

import json
import unicodedata

import pytest

from models.prediction.errors import PredictionError
from models.prediction.pictures import find_pictures, read_information


def listed(folder, entries):
    file = folder.parent / "information.json"
    file.write_text(json.dumps({"images": entries}), encoding="utf-8")
    return file


def test_pictures_in_order_of_their_names_below_the_folder(pictures):
    found = find_pictures(pictures)
    assert [(each.image_id, each.name) for each in found] == [
        (1, "a.jpg"),
        (2, "b.png"),
        (3, "broken.jpg"),
        (4, "d.jpg"),
        (5, "거리/c.jpg"),
    ]
    assert all(each.file == pictures / each.name for each in found)


def test_names_that_are_numbers_are_the_ids(tmp_path):
    for name in ("000000000139.jpg", "7.png"):
        (tmp_path / name).touch()
    assert [each.image_id for each in find_pictures(tmp_path)] == [139, 7]


@pytest.mark.parametrize("names", [("7.jpg", "07.png"), ("7.jpg", "a.jpg"), ("²³.jpg", "4.jpg")])
def test_names_that_are_no_distinct_numbers_are_counted(tmp_path, names):
    for name in names:
        (tmp_path / name).touch()
    assert [each.image_id for each in find_pictures(tmp_path)] == [1, 2]


def test_a_folder_without_pictures_says_what_pictures_are_called(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(PredictionError, match=r"has no pictures.*\.jpg"):
        find_pictures(tmp_path)


def test_a_list_sets_ids_and_order(pictures):
    file = listed(pictures, [{"id": 30, "file_name": "d.jpg"}, {"id": 2, "file_name": "a.jpg"}])
    found = read_information(pictures, file)
    assert [(each.image_id, each.name) for each in found] == [(30, "d.jpg"), (2, "a.jpg")]


def test_a_name_that_came_apart_on_a_mac_is_found(tmp_path):
    composed = unicodedata.normalize("NFC", "20201102_경기도_맑음.png")
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / unicodedata.normalize("NFD", composed)).write_bytes(b"picture")
    (found,) = read_information(
        tmp_path / "images",
        listed(tmp_path / "images", [{"id": 1, "file_name": composed}]),
    )
    assert found.name == composed
    assert found.file.read_bytes() == b"picture"


def test_a_picture_that_is_missing_stays_in_the_list(pictures):
    (found,) = read_information(pictures, listed(pictures, [{"id": 1, "file_name": "gone.jpg"}]))
    assert found.name == "gone.jpg"


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([], "must be"),
        ([{"file_name": "a.jpg"}], r"images\[0\].id must be a whole number, got None"),
        ([{"id": True, "file_name": "a.jpg"}], "whole number, got True"),
        ([{"id": 1}], "file_name must be a name, got None"),
        ([{"id": 1, "file_name": "../a.jpg"}], "must lie below the folder"),
        ([{"id": 1, "file_name": "/etc/passwd"}], "must lie below the folder"),
        ([{"id": 1, "file_name": "a\0.jpg"}], "must be a name"),
        ([{"id": 1, "file_name": "a.jpg"}, {"id": 1, "file_name": "d.jpg"}], "the id 1 twice"),
        (
            [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "a.jpg"}],
            "the file_name 'a.jpg' twice",
        ),
        (["a.jpg"], "whole number"),
    ],
)
def test_a_list_that_is_none_says_where(pictures, entries, said):
    with pytest.raises(PredictionError, match=said):
        read_information(pictures, listed(pictures, entries))


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_list_that_is_not_json_or_no_list(pictures, content):
    file = pictures / "list.json"
    file.write_bytes(content)
    with pytest.raises(PredictionError, match=r"list\.json"):
        read_information(pictures, file)
