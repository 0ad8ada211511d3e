"""The table holds for the embedded bundles, and every other behaviour is told."""

import pytest

from models.registry.gate import bad_inputs as module
from models.registry.gate.bad_inputs import BadInput, bad_inputs, strange_answers
from models.ssd.detector import Detector
from tests.models.registry.gate.conftest import FLOAT, INT8


@pytest.fixture(scope="module")
def detector():
    return Detector(INT8, pool_size=1)


def test_the_table_has_all_kinds_and_is_the_same_every_time():
    table = list(bad_inputs())
    assert len({each.name for each in table}) == len(table) > 25
    assert table == list(bad_inputs())
    codes = {each.expected for each in table if isinstance(each.expected, str)}
    assert codes == {"not_an_image", "truncated_image", "too_many_pixels", "unsupported_format"}


@pytest.mark.parametrize("bundle", [INT8, FLOAT], ids=lambda each: each.name)
def test_the_embedded_bundles_do_as_they_should(bundle):
    assert strange_answers(Detector(bundle, pool_size=1)) == []


def test_what_is_otherwise_is_told(detector, monkeypatch):
    black = next(each.content for each in bad_inputs() if each.name == "all black")
    wrong = [
        BadInput("a", black, "truncated_image"),
        BadInput("b", b"", (1, 1)),
        BadInput("c", b"", "too_costly"),
        BadInput("d", black, (300, 200)),
    ]
    monkeypatch.setattr(module, "bad_inputs", lambda: wrong)
    assert strange_answers(detector) == [
        "a: answered as 300 x 300, expected a refusal as truncated_image",
        "b: refused as not_an_image, expected an answer for 1 x 1",
        "c: refused as not_an_image, expected a refusal as too_costly",
        "d: answered as 300 x 300, expected an answer for 300 x 200",
    ]
