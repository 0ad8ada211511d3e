"""Bodies are checked by their records; what is wrong is said, and where."""

import msgspec
import pytest

from dcf.errors import InvalidRequest
from dcf.gateway.rest.messages import (
    Alerts,
    FunctionDeployment,
    FunctionStatus,
    RollbackRequest,
    ScaleServiceRequest,
    decode,
    encode,
)
from dcf.scale_labels import MAX_REPLICAS


def test_names_are_openfaas_own():
    asked = decode(
        b'{"service": "f", "image": "i", "envVars": {"A": "1"}, "readOnlyRootFilesystem": true,'
        b' "registryAuth": "x", "something": ["newer"]}',
        FunctionDeployment,
    )
    assert (asked.service, asked.env_vars, asked.registry_auth) == ("f", {"A": "1"}, "x")


def test_empty_fields_of_a_function_are_left_out_but_for_its_time():
    assert msgspec.json.decode(encode(FunctionStatus("f", "i", ""))) == {
        "name": "f", "image": "i", "createdAt": "",
    }  # fmt: skip
    full = msgspec.json.decode(encode(FunctionStatus("f", "i", "t", invocation_count=2)))
    assert full["invocationCount"] == 2


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"", FunctionDeployment, "truncated"),
        (b"[]", FunctionDeployment, "Expected `object`"),
        (b'{"image": "i"}', FunctionDeployment, "missing required field `service`"),
        (b'{"service": "f", "image": ""}', FunctionDeployment, r"\$\.image"),
        (b'{"service": "f", "image": "i", "labels": {"a": 1}}', FunctionDeployment, r"\$\.labels"),
        (b'{"service": "\xff", "image": "i"}', FunctionDeployment, "utf-8|UTF-8|Invalid"),
        (b'{"replicas": -1}', ScaleServiceRequest, "replicas must be at least 0"),
        (b'{"replicas": 1.5}', ScaleServiceRequest, r"\$\.replicas"),
        (b'{"replicas": %d}' % (MAX_REPLICAS + 1), ScaleServiceRequest, "replicas must be"),
        (b'{"revision": 0}', RollbackRequest, "revision must be at least 1"),
        (b'{"alerts": [{"labels": {}}]}', Alerts, r"function_name.*\$\.alerts\[0\]\.labels"),
        (b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", Alerts, "nested too deeply"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_wrong_is_said_and_where(body, kind, words):
    with pytest.raises(InvalidRequest, match=f"validation failed: .*({words})"):
        decode(body, kind)


@pytest.mark.parametrize("text", [b"3", b"3.0", b"0", b"%d" % MAX_REPLICAS])
def test_a_whole_number_may_have_a_point(text):
    asked = decode(b'{"replicas": ' + text + b"}", ScaleServiceRequest)
    assert int(asked.replicas) == float(text)
