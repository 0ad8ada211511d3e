"""OpenFaaS' JSON and the client's records."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcf.client import rest_wire
from dcf.client.base import FailedCall, Function, LogLine, QueueState, Revision
from dcf.providers.placement import FunctionSpec


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b'{"error": {"message": "no", "code": "x"}}', "no (x)"),
        (b'{"error": {"message": "no"}}', '{"error": {"message": "no"}}'),
        (b'{"error": "no"}', '{"error": "no"}'),
        (b" plain\n", "plain"),
        (b"\xff", "\ufffd"),
        (b"", "the gateway answered with status 502"),
        (b" \n", "the gateway answered with status 502"),
        (b"[" * 100_000, "[" * 4000 + "..."),
        (b"x" * 4000, "x" * 4000),
    ],
    ids=range(9),
)
def test_a_refusal_is_its_own_words(answer, words):
    assert rest_wire.words_of(502, answer) == words


def test_a_function_may_leave_all_but_its_name_out():
    assert rest_wire.function_of({"name": "f", "image": None, "labels": None}) == Function("f")
    full = {
        "name": "f", "image": "i", "invocationCount": 3.0, "replicas": 2, "availableReplicas": 1,
        "annotations": {"a": "b"}, "labels": {"c": "d"}, "other": [],
    }  # fmt: skip
    assert rest_wire.function_of(full) == Function("f", "i", 3, 2, 1, {"a": "b"}, {"c": "d"})


def test_a_revision_a_line_a_queue_and_a_failed_call():
    fields = {"revision": 2, "image": "i", "deployedAt": "t", "by": "me", "rollout": "ready",
              "reason": "r", "serving": True}  # fmt: skip
    assert rest_wire.revision_of(fields) == Revision(2, "i", "t", "me", "ready", "r", True)
    assert rest_wire.revision_of({"revision": 1}) == Revision(1, "")
    assert rest_wire.log_line_of({"text": "x"}) == LogLine("", "", "", "x")
    queue = {"waiting": 1, "running": 2, "failed": 3, "oldest_seconds": 4}
    assert rest_wire.queue_of(queue) == QueueState(1, 2, 3, 4)
    texts = {key: key for key in FailedCall._fields}
    call = {**texts, "attempts": 1, "status": 2, "size": 3}
    assert rest_wire.failed_call_of(call) == FailedCall(**call)


@pytest.mark.parametrize(
    ("reader", "fields"),
    [
        (rest_wire.function_of, {"name": "f", "replicas": True}),
        (rest_wire.function_of, {"name": "f", "replicas": 1.5}),
        (rest_wire.function_of, {"name": None}),
        (rest_wire.function_of, {"name": "f", "labels": {"a": 1}}),
        (rest_wire.revision_of, {"revision": True}),
        (rest_wire.queue_of, {"waiting": 0, "running": 0, "failed": 0}),
        (rest_wire.log_line_of, {"text": 1}),
        (rest_wire.secret_name_of, {"name": 1}),
    ],
)
def test_a_field_of_another_type_is_none(reader, fields):
    with pytest.raises(TypeError, match=r"is no|holds something else"):
        reader(fields)


def test_secrets_are_named_by_objects_and_by_names():
    found = rest_wire.each_of([{"name": "a", "namespace": "n"}, "b"], rest_wire.secret_name_of)
    assert found == ["a", "b"]
    with pytest.raises(TypeError, match="no list"):
        rest_wire.each_of({"name": "a"}, rest_wire.secret_name_of)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = ["name", "image", "replicas", "labels", "invocationCount", "revision", "waiting", "text"]


@given(st.dictionaries(st.sampled_from(KEYS), JSON) | JSON)
def test_whatever_is_answered_is_a_record_or_what_reading_fails_with(found):
    for reader in (rest_wire.function_of, rest_wire.revision_of, rest_wire.queue_of,
                   rest_wire.log_line_of, rest_wire.secret_name_of):  # fmt: skip
        try:
            reader(found)
        except rest_wire.UNREADABLE:
            continue


def test_a_deployment_has_what_is_there_and_nothing_empty():
    spec = FunctionSpec(
        name="f", image="i", env={"A": "1"}, labels={}, annotations={"a": "b"}, constraints=("x",),
        secrets=(), limits={"memory": "1Mi"}, requests={},
    )  # fmt: skip
    assert json.loads(rest_wire.deployment(spec)) == {
        "service": "f", "image": "i", "envVars": {"A": "1"}, "annotations": {"a": "b"},
        "constraints": ["x"], "limits": {"memory": "1Mi"},
    }  # fmt: skip


@given(st.binary(max_size=20))
def test_a_secret_comes_out_as_it_went_in(value):
    told = json.loads(rest_wire.secret("s", value))
    assert told["name"] == "s"
    if "value" in told:
        assert told["value"].encode() == value
    else:
        assert base64.b64decode(told["rawValue"]) == value
        with pytest.raises(UnicodeDecodeError):
            value.decode()
