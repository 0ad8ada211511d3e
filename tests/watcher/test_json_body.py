"""What a reply may hold: served as it is meant, or refused by type and place."""

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import json
import math
import subprocess
import sys
import uuid
from pathlib import Path, PurePosixPath

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher import json_body
from watcher.errors import BadReply

ROOT = Path(__file__).parents[2]


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Box:
    name: str
    score: float


class Struct(msgspec.Struct):
    score: float


Pair = collections.namedtuple("Pair", "x y")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float32(0.5), "0.5"),
        (np.float64(0.1), "0.1"),
        (np.int64(-3), "-3"),
        (np.uint8(255), "255"),
        (np.bool_(True), "true"),
        (np.str_("a"), '"a"'),
        (np.arange(4).reshape(2, 2), "[[0,1],[2,3]]"),
        (np.array(7), "7"),
        (np.array([], np.float32), "[]"),
        (np.array([{"a": np.int8(1)}], object), '[{"a":1}]'),
        (np.ma.array([1, 2], mask=[0, 1]), "[1,null]"),
        (np.datetime64("2026-01-31T12:00:00.000000001"), '"2026-01-31T12:00:00.000000001"'),
        (np.array(["2026-01-31"], "M8[ns]"), '["2026-01-31T00:00:00.000000000"]'),
        ({np.int64(1): np.float32(2)}, '{"1":2.0}'),
        ([{"box": np.array([1.5, 2]), "id": np.int32(4)}], '[{"box":[1.5,2.0],"id":4}]'),
        (array.array("d", [1.5]), "[1.5]"),
        (Box("cup", 0.5), '{"name":"cup","score":0.5}'),
        (Struct(0.5), '{"score":0.5}'),
        (Pair(1, 2), "[1,2]"),
        (Colour.RED, '"red"'),
        ({Colour.RED: 1}, '{"red":1}'),
        (datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC), '"2026-01-31T12:00:00Z"'),
        (datetime.date(2026, 1, 31), '"2026-01-31"'),
        (datetime.timedelta(seconds=90), '"PT90S"'),
        (decimal.Decimal("1.10"), '"1.10"'),
        (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (PurePosixPath("a/b"), '"a/b"'),
        ({3}, "[3]"),
        (frozenset({3}), "[3]"),
        (range(3), "[0,1,2]"),
        (collections.deque([1]), "[1]"),
        ({"a": 1}.keys(), '["a"]'),
        ({"a": 1}.values(), "[1]"),
        (collections.ChainMap({"a": 1}), '{"a":1}'),
        (collections.Counter("a"), '{"a":1}'),
        ({"data": b"\x00\xff"}, '{"data":"AP8="}'),
        ({1: 2, 1.5: 2}, '{"1":2,"1.5":2}'),
        (2**70, str(2**70)),
        ({"a": None}, '{"a":null}'),
        ([None, [None]], "[null,[null]]"),
        ("null", '"null"'),
    ],
    ids=repr,
)
def test_what_has_a_plain_meaning_is_served(value, text):
    assert json_body.encode(value).decode() == text
    json.loads(text)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (math.nan, "reply is NaN, which JSON cannot hold"),
        ({"boxes": [{"score": 1.0}, {"score": math.nan}]}, "reply.boxes[1].score is NaN"),
        ({"a": -math.inf}, "reply.a is -Infinity"),
        ([None, 1, "null", math.inf], "reply[3] is Infinity"),
        ({"score": np.float32("nan")}, "reply.score is NaN"),
        ({"score": np.float64("inf")}, "reply.score is Infinity"),
        ({"boxes": np.array([[1, 2], [np.nan, 4]])}, "reply.boxes[1][0] is NaN"),
        ([Box("cup", math.nan)], "reply[0].score is NaN"),
        (Struct(math.nan), "reply.score is NaN"),
        ({"points": {(1, 2): 3}}, "reply.points has the key (1, 2) of type tuple"),
        ({None: 3}, "reply has the key None of type NoneType"),
        ({"a b": [object()]}, "reply['a b'][0] is of type object"),
        ({"image": {"x": fractions.Fraction(1, 2)}}, "reply.image.x is of type fractions.Fraction"),
        ({"rows": (each for each in "ab")}, "reply.rows is of type generator"),
        ({"kind": int}, "reply.kind is of type type"),
        ({"z": 1j}, "reply.z is of type complex"),
        ({"z": np.complex64(1j)}, "reply.z is of type complex"),
        ({"call": print}, "reply.call is of type builtin_function_or_method"),
        ({"name": "\ud800"}, "reply.name is '\\ud800', which has half a character"),
        ({"\ud800": 1}, "reply has the key '\\ud800' of type str"),
        ({"k" * 1000: object()}, f"reply['{'k' * 63}...] is of type object"),
        ({3: {"a": object()}}, "reply[3].a is of type object"),
    ],
    ids=lambda each: each[:40] if isinstance(each, str) else type(each).__name__,
)
def test_what_json_cannot_hold_is_named_with_its_place(value, said):
    with pytest.raises(BadReply) as caught:
        json_body.encode(value)
    assert caught.value.message.startswith(said)
    assert caught.value.message.isprintable()


def test_the_first_of_several_faults_is_told():
    with pytest.raises(BadReply, match=r"reply\.a\[1\] is NaN"):
        json_body.encode({"a": [1.0, math.nan], "b": object()})


def test_a_circle_is_found():
    circle = {}
    circle["a"] = [circle]
    with pytest.raises(BadReply, match=r"reply\.a\[0\]\.a contains itself"):
        json_body.encode(circle)


def test_what_is_deep_and_holds_none_is_served():
    deep = None
    for _ in range(300):
        deep = [deep]
    assert json_body.encode(deep) == b"[" * 300 + b"null" + b"]" * 300


def test_the_value_may_have_another_name():
    with pytest.raises(BadReply, match=r"^answer\[0\] is NaN"):
        json_body.encode([math.nan], "answer")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_every_value_of_json_comes_back_and_no_nan_goes_out(value):
    try:
        expected = json.dumps(value, allow_nan=False)
    except ValueError:
        with pytest.raises(BadReply, match=r"NaN|Infinity"):
            json_body.encode(value)
    else:
        assert json.loads(json_body.encode(value)) == json.loads(expected)


def test_numpy_is_not_imported_for_it():
    program = (
        "import sys; from watcher import json_body; json_body.encode({'a': [1, None]}); "
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30, cwd=ROOT)
