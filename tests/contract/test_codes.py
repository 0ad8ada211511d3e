"""The codes that rooms raise and the table a door answers by hold together."""

import inspect

import pytest

import handler.errors
import models.ssd.errors
from watcher.codes import STATUSES, code_of

# Raised while a function starts: it stops the start and never reaches a caller.
AT_START = {"bad_bundle"}
# Raised where profiles are read and compared, by `ssd` alone.
OFFLINE = {"bad_profile"}


def raised():
    """The leaves of both error trees."""
    kinds = [
        kind
        for room in (handler.errors, models.ssd.errors)
        for _, kind in inspect.getmembers(room, inspect.isclass)
        if kind.__module__ == room.__name__
    ]
    return [kind for kind in kinds if "code" in vars(kind) and not kind.__subclasses__()]


@pytest.mark.parametrize("kind", raised(), ids=lambda kind: kind.__name__)
def test_every_code_is_in_the_table(kind):
    error = kind("what came, what is allowed")
    assert error.message == str(error) == "what came, what is allowed"
    if kind.code in AT_START | OFFLINE:
        assert code_of(error) == "handler_error"
    else:
        assert kind.code in STATUSES
        assert code_of(error) == kind.code
