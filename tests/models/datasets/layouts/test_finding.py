"""Pictures are found however their names are composed, inside the folder alone."""

import unicodedata

import pytest

from models.datasets.layouts.finding import Finder, composed

KOREAN = "20201102_경기도_맑음.png"


@pytest.mark.parametrize("there", ["NFC", "NFD"])
@pytest.mark.parametrize("asked", ["NFC", "NFD"])
@pytest.mark.parametrize("below", ["", "주차장/"])
def test_one_name_in_two_compositions(tmp_path, there, asked, below):
    file = tmp_path / unicodedata.normalize(there, below + KOREAN)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"")
    assert Finder(tmp_path).find(unicodedata.normalize(asked, below + KOREAN)) == file


def test_what_is_not_there_is_where_it_would_be(tmp_path):
    finder = Finder(tmp_path)
    assert finder.find("a.png") == tmp_path / "a.png"
    assert finder.find(KOREAN) == tmp_path / KOREAN


def test_a_composed_name():
    assert composed(unicodedata.normalize("NFD", KOREAN)) == KOREAN
