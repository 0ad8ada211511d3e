import json

import pytest

from models.search.errors import BadStudy
from models.search.search_file import Plan
from models.search.space import Range
from models.search.study_folder import StudyFolder, StudyNote

NOTE = StudyNote(
    experiment="digits", data="/data", trials=3,
    plan=Plan(space={
        "rate.peak": Range(log=(1e-4, 1e-2)), "batch": Range(choice=(4, 8)),
        "processes": Range(choice=(True, False)), "loss.negatives_alone": Range(ints=(1, 5)),
    }),
)  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    made = StudyFolder(tmp_path / "digits")
    made.create()
    return made


def test_what_was_written_is_read(folder):
    assert folder.note() is None
    folder.write_note(NOTE)
    assert folder.note() == NOTE


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:50], "is not usable"),
        (lambda text: "[" * 100_000, "is not usable"),
        (lambda text: "[1]", "is not usable"),
        (lambda text: text.replace('"format": 1', '"format": 2'), "has format 2, this release"),
        (lambda text: text.replace('"log"', '"logs"'), "is not usable"),
    ],
)
def test_what_is_damaged_or_newer_is_one_line(folder, change, said):
    folder.write_note(NOTE)
    folder.description.write_text(change(folder.description.read_text()))
    with pytest.raises(BadStudy) as raised:
        folder.note()
    assert said in raised.value.message


def test_the_best_is_pointed_at_and_can_become_another(folder):
    for trial in ("digits-1", "digits-2"):
        folder.run(trial).mkdir()
        folder.write_best({"id": trial})
        assert json.loads(folder.best.read_text()) == {"id": trial}
        assert folder.best_run.resolve() == folder.run(trial)
    assert {each.name for each in folder.folder.iterdir()} == {"best", "best.json", "trials"}
