"""What the unary rpcs answer, whatever wire they came over."""

import pytest
import yaml

from dcf import __version__
from dcf._proto import gateway_pb2 as pb
from dcf.errors import InvalidRequest, NotFound
from dcf.gateway.core import Gateway
from dcf.gateway.openfx.rpcs import Rpcs
from dcf.providers.stores import LogLine
from tests.dcf.providers.fake.provider import FakeProvider

LINES = [
    LogLine("f", "f-1", "2026-01-01T00:00:00Z", "one"),
    LogLine("f", "f-2", "2026-01-01T00:00:01Z", "two"),
    LogLine("f", "f-1", "2026-01-01T00:00:02Z", "three"),
]
ASKED = pb.CreateFunctionRequest(Service="f", Image="i")


@pytest.fixture(name="rpcs")
def _rpcs():
    return Rpcs(Gateway(FakeProvider(lines=LINES)), "http://127.0.0.1:8080")


def test_a_function_lives_from_deploy_to_delete(rpcs, run):
    async def steps():
        assert (await rpcs.deploy(ASKED, "me")).Msg == "OK"
        rpcs._gateway.invocation_counts.add("f")
        other = pb.CreateFunctionRequest(Service="f", Image="j")
        assert (await rpcs.update(other, "you")).Msg == "OK"
        past = await rpcs._gateway.history("f")
        assert [(each.spec.image, each.by) for each in past] == [("j", "you"), ("i", "me")]
        asked = pb.ScaleServiceRequest(ServiceName="f", Replicas=3)
        assert (await rpcs.scale(asked)).Msg == "OK"
        (found,) = (await rpcs.functions(pb.Empty())).Functions
        assert (found.Name, found.Image, found.Replicas) == ("f", "j", 3)
        assert found.InvocationCount == 1
        assert await rpcs.meta(pb.FunctionRequest(FunctionName="f")) == found
        assert (await rpcs.delete(pb.DeleteFunctionRequest(FunctionName="f"))).Msg == "OK"
        assert list((await rpcs.functions(pb.Empty())).Functions) == []

    run(steps())


def test_one_that_is_not_there_is_told_in_openfx_words_but_its_log_is_empty(rpcs, run):
    async def steps():
        with pytest.raises(NotFound) as raised:
            await rpcs.meta(pb.FunctionRequest(FunctionName="g"))
        assert raised.value.message == "function is not exist"
        assert (await rpcs.log(pb.FunctionRequest(FunctionName="g"))).Msg == ""
        with pytest.raises(InvalidRequest):
            await rpcs.log(pb.FunctionRequest(FunctionName="No_Name"))

    run(steps())


def test_a_log_is_told_by_replica_in_order(rpcs, run):
    async def steps():
        await rpcs.deploy(ASKED)
        text = (await rpcs.log(pb.FunctionRequest(FunctionName="f"))).Msg
        assert text == "---\nName: f\nLog:\none\nthree\n---\nName: f\nLog:\ntwo\n"

    run(steps())


def test_info_is_yaml_with_the_way_to_the_rest_door(rpcs, run):
    info = yaml.safe_load(run(rpcs.info(pb.Empty())).Msg)
    assert list(info) == ["version", "provider", "rest", "capabilities"]
    assert info == {
        "version": __version__, "provider": "fake", "rest": "http://127.0.0.1:8080",
        "capabilities": ["archives", "logs", "secrets"],
    }  # fmt: skip
    assert run(rpcs.health(pb.Empty())).Msg == "OK"
