"""Every error that a caller can cause is drawn in the tree, with its code."""

import inspect
import re

import pytest

from handler import errors
from handler.errors import Deferred, PayloadError, SettingError

RAISED = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, PayloadError) and kind is not PayloadError
]


@pytest.mark.parametrize("kind", RAISED, ids=lambda kind: kind.__name__)
def test_the_tree_has_it_with_its_code(kind):
    row = re.search(rf"\b{kind.__name__}\b +(\w+)", errors.__doc__)
    assert row, f"{kind.__name__} is not drawn"
    assert row[1] == kind.code
    assert kind("what came").message == str(kind("what came")) == "what came"


def test_only_a_long_call_asks_to_be_called_again():
    assert [kind for kind in RAISED if getattr(kind, "defer", False)] == [Deferred]


def test_a_setting_stops_the_start_and_is_no_callers_error():
    assert not issubclass(SettingError, PayloadError)
