"""What the core refuses before any provider is asked."""

import asyncio
import logging

import pytest

from dcf.errors import DcfError, InvalidRequest
from dcf.gateway.core import Gateway
from dcf.providers.placement import FunctionSpec
from tests.dcf.providers.fake.provider import FakeProvider


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
        ({"annotations": {"dcf.rollout.mode": "blue"}}, "must be canary or shadow, got 'blue'"),
    ],
    ids=["name", "long-name", "image", "replicas", "memory", "cpu", "request", "terms"],
)
@pytest.mark.parametrize("verb", ["deploy", "update"])
def test_a_spec_that_cannot_be_meant_is_refused(gateway, verb, fields, words):
    spec = FunctionSpec(**{"name": "f", "image": "i", **fields})
    with pytest.raises(InvalidRequest, match=words):
        asyncio.run(getattr(gateway, verb)(spec))


def test_a_name_that_could_lead_elsewhere_is_no_name_of_a_secret(gateway):
    for steps in (gateway.put_secret("..", b"", replace=False), gateway.delete_secret("..")):
        with pytest.raises(InvalidRequest, match="is no name of a secret"):
            asyncio.run(steps)


def test_what_a_caller_says_of_itself_is_cut_to_one_short_line(gateway):
    async def steps():
        await gateway.deploy(FunctionSpec("f", "i"), by=" eve\r\n\x1b[31m@home " + "x" * 200)
        return await gateway.history("f")

    (only,) = asyncio.run(steps())
    assert only.by.startswith("eve[31m@home x")
    assert len(only.by) <= 128


def told(caplog):
    return [each.getMessage() for each in caplog.records]


def test_each_change_is_told_with_who_asked(gateway, caplog):
    caplog.set_level(logging.INFO)

    async def steps():
        await gateway.deploy(FunctionSpec("f", "one", env={"TOKEN": "hush"}, replicas=2), by="ann")
        await gateway.update(FunctionSpec("f", "two", env={"TOKEN": "hush"}), by="bob")
        await gateway.rollback("f.openfaas-fn", None, by="cleo")
        await gateway.scale("f", 3)
        await gateway.put_secret("key", b"hush", replace=False)
        await gateway.delete_secret("key")
        await gateway.delete("f")

    asyncio.run(steps())
    assert told(caplog) == [
        "function_deployed function=f by=ann image=one replicas=2",
        "function_updated function=f by=bob image=two replicas=1",
        "function_rolled_back function=f by=cleo revision=3",
        "function_scaled function=f replicas=3",
        "secret_put secret=key",
        "secret_deleted secret=key",
        "function_deleted function=f",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda gateway: gateway.delete("none"), "function_deleted code=not_found function=none"),
        (lambda gateway: gateway.scale("f", 99), "function_scaled code=bad_request function=f"),
        (
            lambda gateway: gateway.deploy(FunctionSpec("A \x1b[2J", "i")),
            "function_deployed code=bad_request",
        ),
        (
            lambda gateway: gateway.put_secret("../hush", b"hush", replace=False),
            "secret_put code=bad_request",
        ),
        (
            lambda gateway: gateway.rollback("none", 7),
            "function_rolled_back code=not_found function=none",
        ),
    ],
    ids=["unknown", "count", "name", "secret", "rollback"],
)
def test_a_change_that_is_refused_is_told_by_its_code_alone(gateway, caplog, change, said):
    caplog.set_level(logging.INFO)
    with pytest.raises(DcfError):
        asyncio.run(change(gateway))
    assert told(caplog) == [f"change_refused change={said}"]


@pytest.mark.parametrize("keep", [True, False])
def test_a_canary_that_is_settled_by_hand_is_told_with_who_and_how_it_was_doing(
    gateway, caplog, keep
):
    caplog.set_level(logging.INFO)
    settled = []
    gateway.figures = lambda _name: (2, "3 calls")
    gateway.settled = lambda name, keep: settled.append((name, keep))
    canary = FunctionSpec("f", "two", annotations={"dcf.rollout.mode": "canary"})

    async def steps():
        await gateway.deploy(FunctionSpec("f", "one"))
        await gateway.update(canary)
        assert (await gateway.describe("f")).reason == "3 calls"
        assert [each.reason for each in await gateway.history("f")] == ["3 calls", ""]
        return await gateway.settle_by_hand("f.openfaas-fn", "ann", keep=keep)

    assert asyncio.run(steps()).number == 2
    what = "promoted" if keep else "abandoned"
    assert told(caplog)[-1] == (
        f"candidate_settled function=f revision=2 keep={keep} "
        f"reason={what} by hand, by ann: 3 calls"
    )
    assert settled == [("f", keep)]


def test_whoever_counts_a_function_learns_that_it_is_gone(gateway):
    gone = []
    gateway.forgotten = gone.append

    async def steps():
        await gateway.deploy(FunctionSpec("f", "i"))
        with pytest.raises(DcfError):
            await gateway.delete("g")
        await gateway.delete("f.openfaas-fn")

    asyncio.run(steps())
    assert gone == ["f"]


def test_what_replicas_use_is_unknown_where_the_provider_does_not_measure():
    provider = FakeProvider()
    provider.measuring = None
    assert asyncio.run(Gateway(provider).consumption()) == {}
