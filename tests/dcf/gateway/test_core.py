"""What the core refuses before any provider is asked."""

import asyncio

import pytest

from dcf.errors import InvalidRequest
from dcf.gateway.core import Gateway
from dcf.providers.fake.provider import FakeProvider
from dcf.providers.placement import FunctionSpec


@pytest.fixture
def gateway():
    return Gateway(FakeProvider())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "Upper"}, "valid DNS entry"),
        ({"name": "a" * 64}, "valid DNS entry"),
        ({"image": ""}, "image is required"),
        ({"replicas": 33}, "replicas must be 0 to 32"),
        ({"limits": {"memory": "lots"}}, "limits.memory is 'lots'"),
        ({"requests": {"cpu": "-1"}}, "requests.cpu is '-1'"),
        ({"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}, "over the limits"),
    ],
    ids=["name", "long-name", "image", "replicas", "memory", "cpu", "request"],
)
@pytest.mark.parametrize("verb", ["deploy", "update"])
def test_a_spec_that_cannot_be_meant_is_refused(gateway, verb, fields, words):
    spec = FunctionSpec(**{"name": "f", "image": "i", **fields})
    with pytest.raises(InvalidRequest, match=words):
        asyncio.run(getattr(gateway, verb)(spec))


@pytest.mark.parametrize("name", ["", "..", ".hidden", "a/b", "a\0", "a" * 254, "a.", "\u00e9"])
def test_a_name_that_could_lead_elsewhere_is_no_name_of_a_secret(gateway, name):
    for steps in (gateway.put_secret(name, b"", replace=False), gateway.delete_secret(name)):
        with pytest.raises(InvalidRequest, match="is no name of a secret"):
            asyncio.run(steps)


def test_what_a_caller_says_of_itself_is_cut_to_one_short_line(gateway):
    async def steps():
        await gateway.deploy(FunctionSpec("f", "i"), by=" eve\r\n\x1b[31m@home " + "x" * 200)
        return await gateway.history("f")

    (only,) = asyncio.run(steps())
    assert only.by.startswith("eve[31m@home x")
    assert len(only.by) <= 128
