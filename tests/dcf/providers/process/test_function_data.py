"""Data of deleted functions goes, also where the deletion was cut off; no other data does."""

import pytest

from dcf.providers.process.function_data import FunctionData
from dcf.providers.process.removal import DOOMED
from tests.waiting import until


@pytest.fixture
def folder(tmp_path):
    for name in ("ssd", "gone"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "picture.jpg").touch()
    return tmp_path


def left(folder):
    return sorted(each.name for each in folder.iterdir())


def test_a_deletion_that_was_cut_off_is_ended_at_the_next_start(folder):
    FunctionData(folder).mark("gone")
    (folder / f"abc{DOOMED}").mkdir()
    FunctionData(folder).remove_left_over({"ssd"})
    until(lambda: left(folder) == ["ssd"])


def test_one_that_was_cut_off_before_the_function_was_forgotten_never_was(folder):
    FunctionData(folder).mark("gone")
    FunctionData(folder).remove_left_over({"ssd", "gone"})
    assert left(folder) == ["gone", "ssd"]


def test_what_nobody_deleted_stays_though_the_database_does_not_know_it(folder):
    FunctionData(folder).remove_left_over(set())
    assert left(folder) == ["gone", "ssd"]


def test_data_is_kept_for_one_of_that_name_that_was_deployed_meanwhile(folder):
    data = FunctionData(folder)
    data.mark("gone")
    data.remove("gone", keep=True)
    assert left(folder) == ["gone", "ssd"]
    data.remove("gone", keep=False)
    until(lambda: left(folder) == ["ssd"])
