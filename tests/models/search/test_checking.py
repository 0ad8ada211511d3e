"""What is learnt from is looked at before a trial is paid for."""

import pytest

from models.datasets.errors import DataSetError
from models.datasets.record import DataSet
from models.datasets.writing import write_coco
from models.search.beginning import Wanted, begin
from models.search.checking import check_data
from models.search.errors import SearchError
from models.search.place import Place
from tests.models.training.conftest import draw_squares


@pytest.fixture
def note_of(tmp_path):
    """Begins a study of drawn pictures."""

    def make(space, count=10, empty=()):
        drawn = draw_squares(tmp_path / "drawn", count, empty=empty)
        write_coco(DataSet(("red", "green"), (1, 2), drawn), tmp_path / "data", lambda *_: None)
        (tmp_path / "search.yaml").write_text(space)
        wanted = Wanted(space=tmp_path / "search.yaml", data=tmp_path / "data")
        return begin(Place.parse(str(tmp_path / "study")), wanted)

    return make


SPACE = "space: {rate.peak: {log: [1e-4, 1e-2]}}\n"


def test_what_is_there_is_told(note_of):
    assert check_data(note_of(SPACE)) == (
        "9 pictures to learn from, 1 to measure on, 0 set aside, 2 classes"
    )


def test_nothing_to_measure_on_is_told_before_the_first_trial(note_of):
    with pytest.raises(SearchError) as raised:
        check_data(note_of("base: {validation: 0}\n" + SPACE))
    assert "no object to measure trials on, in 0 pictures: give --validation" in (
        raised.value.message
    )


def test_where_the_share_itself_is_searched_trials_decide(note_of):
    space = "base: {validation: 0}\nspace: {validation: {float: [0, 0.5]}}\n"
    assert "0 to measure on" in check_data(note_of(space))


def test_one_that_cannot_be_read_is_refused(note_of, tmp_path):
    note = note_of(SPACE)
    for picture in (tmp_path / "data/images").iterdir():
        picture.unlink()
    with pytest.raises(DataSetError):
        check_data(note)
