"""Answers survive the end of the process, whenever it comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.prediction.errors import PredictionError
from models.prediction.journal import Journal
from models.prediction.record import Box, Predicted


def answer(at, score=0.5):
    return Predicted(
        at=at, state=(at, 3), height=2, width=3, boxes=(Box("개", 1, score, 0, 0, 1, 1.5),)
    )


def test_answers_come_back_in_order_of_the_pictures(tmp_path):
    with Journal(tmp_path / "j", "asked") as journal:
        journal.add(answer(2))
        journal.add(answer(0))
        assert list(journal.answers()) == [answer(0), answer(2)]
        journal.add(answer(1))
    with Journal(tmp_path / "j", "asked") as again:
        assert len(again) == 3
        assert list(again.answers()) == [answer(0), answer(1), answer(2)]


def test_the_last_answer_to_a_picture_counts(tmp_path):
    with Journal(tmp_path / "j", "asked") as journal:
        journal.add(answer(0, 0.1))
        journal.add(answer(0, 0.9))
    with Journal(tmp_path / "j", "asked") as again:
        assert list(again.answers()) == [answer(0, 0.9)]


@given(kept=st.integers(0, 400), junk=st.binary(max_size=20))
def test_whatever_is_left_of_it_only_whole_answers_come_back(tmp_path_factory, kept, junk):
    path = tmp_path_factory.mktemp("cut") / "j"
    with Journal(path, "asked") as journal:
        for at in range(3):
            journal.add(answer(at))
    whole = path.read_bytes()
    path.write_bytes(whole[:kept])
    head = whole.index(b"\n") + 1
    if kept >= head:
        path.write_bytes(path.read_bytes() + junk.replace(b"\n", b""))
    with Journal(path, "asked") as again:
        found = list(again.answers())
        assert found == [answer(at) for at in range(len(found))]
        again.add(answer(9))
    with Journal(path, "asked") as last:
        assert list(last.answers()) == [*found, answer(9)]


def test_another_run_is_not_gone_on_with(tmp_path):
    with Journal(tmp_path / "j", "asked") as journal:
        journal.add(answer(0))
    with pytest.raises(PredictionError, match=r"another run.*remove it to begin anew"):
        Journal(tmp_path / "j", "asked otherwise")
    with Journal(tmp_path / "j", "asked") as again:
        assert len(again) == 1


def test_two_runs_at_once_do_not_share_it(tmp_path):
    with (
        Journal(tmp_path / "j", "asked"),
        pytest.raises(PredictionError, match="being written by another run"),
    ):
        Journal(tmp_path / "j", "asked")
