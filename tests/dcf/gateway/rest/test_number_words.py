"""A number out of its range is refused in words: what it may be, and what came."""

import pytest

from dcf.errors import InvalidRequest
from dcf.gateway.rest.messages import RollbackRequest, ScaleServiceRequest, decode
from dcf.scale_labels import MAX_REPLICAS


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b'{"replicas": 1001}', ScaleServiceRequest, f"at most {MAX_REPLICAS}, got 1001"),
        (b'{"replicas": -1}', ScaleServiceRequest, "at least 0, got -1"),
        (b'{"replicas": 1e300}', ScaleServiceRequest, f"at most {MAX_REPLICAS}, got 1e+300"),
        (b'{"replicas": ' + b"9" * 200 + b"}", ScaleServiceRequest, f"at most {MAX_REPLICAS}"),
        (b'{"revision": 0}', RollbackRequest, "at least 1, got 0"),
        (b'{"revision": 99999999999}', RollbackRequest, "at most 2147483648, got 99999999999"),
    ],
)
def test_what_may_be_and_what_came(body, kind, words):
    with pytest.raises(InvalidRequest) as refused:
        decode(body, kind)
    message = refused.value.message
    assert words in message
    assert message.startswith(f"validation failed: {body[2:10].decode()} must be ")
    assert len(message) < 150


@pytest.mark.parametrize(
    "body", [b'{"replicas": 1.5}', b'{"replicas": "x"}', b"[]", b"{", b'{"replicas": 256']
)
def test_what_is_no_such_number_keeps_the_decoders_words(body):
    with pytest.raises(InvalidRequest, match=r"Expected|truncated"):
        decode(body, ScaleServiceRequest)
