import pytest

from models.registry.errors import RegistryError
from models.search.beginning import Wanted, begin, begun
from models.search.errors import BadStudy
from models.search.place import Place

SPACE = "space: {rate.peak: {log: [1e-4, 1e-2]}}\n"


@pytest.fixture
def place(tmp_path):
    return Place.parse(str(tmp_path / "Digits"))


@pytest.fixture
def space(tmp_path):
    file = tmp_path / "search.yaml"
    file.write_text(SPACE)
    return file


def test_a_new_study_is_written_down(place, space, tmp_path):
    note = begin(place, Wanted(space=space, data=tmp_path, trials=7))
    assert begun(place) == note
    assert (note.experiment, note.trials, note.data) == ("digits", 7, str(tmp_path))


def test_without_a_space_the_usual_is_tried(place, tmp_path):
    assert "rate.peak" in begin(place, Wanted(data=tmp_path)).plan.space


def test_what_is_left_out_later_stays(place, space, tmp_path):
    first = begin(place, Wanted(space=space, data=tmp_path, trials=7, max_bad="3%"))
    assert begin(place, Wanted()) == first
    assert begin(place, Wanted(space=space, trials=9)).trials == 9
    assert begun(place).trials == 9
    assert begun(place).max_bad == "3%"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda space: Wanted(space=space), "searches something else"),
        (lambda space: Wanted(experiment="letters"), "is the experiment digits"),
    ],
)
def test_another_search_in_the_same_place_is_refused(place, space, tmp_path, change, said):
    begin(place, Wanted(space=space, data=tmp_path))
    space.write_text(SPACE + "seed: 5\n")
    with pytest.raises(BadStudy) as raised:
        begin(place, change(space))
    assert said in raised.value.message


def test_nothing_is_made_where_too_little_is_said(place):
    with pytest.raises(BadStudy) as raised:
        begin(place, Wanted(trials=3))
    assert "is no study yet: give --data" in raised.value.message
    assert not place.folder.exists()
    with pytest.raises(BadStudy) as raised:
        begun(place)
    assert "is no study" in raised.value.message


def test_a_name_that_could_be_no_id_is_refused(tmp_path):
    with pytest.raises(RegistryError) as raised:
        begin(Place.parse(str(tmp_path / "my digits")), Wanted(data=tmp_path))
    assert "--experiment" in raised.value.message
