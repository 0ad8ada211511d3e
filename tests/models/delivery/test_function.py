"""What a gateway says of a function is read with suspicion; see also test_deploy.py."""

import json

import pytest

from models.delivery.connection import Connection
from models.delivery.errors import DeliveryError, GatewayRefused
from models.delivery.function import Function
from models.delivery.notes import ModelNotes

STATE = "GET /system/function/ssd"


@pytest.fixture
def function(stand_in):
    return Function(Connection(stand_in.address), "ssd")


def test_a_state_is_read_with_what_it_leaves_out(stand_in, function):
    stand_in.table[STATE] = (200, {"name": "ssd", "image": "archive:sha256:0"})
    state = function.state()
    assert (state.rollout, state.serving) == ("", 0)
    assert state.notes == ModelNotes()


@pytest.mark.parametrize(
    "document",
    [
        None, [], "ssd", {"revision": "2"}, {"revision": True}, {"envVars": []},
        {"annotations": 3}, {"labels": "x"}, {"rollout": 1},
    ],
)  # fmt: skip
def test_other_types_are_a_strangers(stand_in, function, document):
    stand_in.table[STATE] = (200, document)
    with pytest.raises(GatewayRefused, match="is no gateway of this project"):
        function.state()


@pytest.mark.parametrize("info", [None, [], {}, {"capabilities": "archives"}, {"capabilities": []}])
def test_a_provider_without_archives_is_said(stand_in, function, info):
    stand_in.table["GET /system/info"] = (200, info)
    with pytest.raises(GatewayRefused, match="keeps no attachments"):
        function.check()


def test_a_function_that_is_not_there_is_said_by_its_name(function):
    with pytest.raises(DeliveryError, match=f"no function 'ssd' at {function.gateway}"):
        function.state()


def test_going_back_says_who_asks_and_gives_the_new_number(stand_in, function):
    stand_in.table["POST /system/function/ssd/rollback"] = (202, {"revision": 7})
    assert function.back(3) == 7
    (asked,) = stand_in.asked
    assert json.loads(asked.body) == {"revision": 3}
    assert "@" in asked.headers["X-Deployed-By"]
