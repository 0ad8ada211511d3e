"""Which revision `ssd rollback` goes back to."""

import pytest

from models.delivery.errors import DeliveryError
from models.delivery.function import FAILED, PROGRESSING, READY, Revision
from models.delivery.history import target_of
from models.delivery.notes import ModelNotes


def row(number, model, rollout=READY, *, serving=False):
    notes = ModelNotes(model, (model.encode().hex() * 64)[:64]) if model else ModelNotes()
    return Revision(number, rollout=rollout, serving=serving, notes=notes)


def test_without_a_name_it_is_the_model_that_served_before():
    rows = [
        row(6, "c", serving=True), row(5, "c"), row(4, "b", FAILED), row(3, "a"), row(2, "b"),
        row(1, ""),
    ]  # fmt: skip
    assert target_of(rows).number == 3
    assert target_of([row(2, "a", serving=True), row(1, "")]).number == 1
    assert target_of([row(3, "b", FAILED), row(2, "a", serving=True), row(1, "z")]).number == 1


def test_one_on_its_way_is_given_up_for_the_one_that_serves():
    assert target_of([row(3, "b", PROGRESSING), row(2, "a", serving=True), row(1, "")]).number == 2


def test_a_name_or_the_beginning_of_a_digest_finds_the_newest():
    rows = [row(4, "c", serving=True), row(3, "a"), row(2, "b", FAILED), row(1, "a")]
    assert target_of(rows, "a").number == 3
    assert target_of(rows, "616161").number == 3
    assert target_of(rows, "c").number == 4
    again = [row(3, "a"), row(2, "b"), row(1, "a", serving=True)]
    assert target_of(again, "a").number == 1  # it serves already


@pytest.mark.parametrize(
    ("rows", "model", "said"),
    [
        ([row(1, "a", PROGRESSING)], "", "nothing serves yet"),
        ([row(1, "a", serving=True)], "", "no revision before this one served another model"),
        ([row(2, "b", FAILED), row(1, "a", serving=True)], "b", "'b'; there are: a"),
        ([row(1, "", serving=True)], "b", "there are: none named"),
        ([row(1, "a", serving=True)], "61616", "had model '61616'"),
    ],
)  # fmt: skip
def test_where_there_is_none_it_says_so(rows, model, said):
    with pytest.raises(DeliveryError, match=said):
        target_of(rows, model)
