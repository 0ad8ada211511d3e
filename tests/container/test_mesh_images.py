"""Two functions in containers of one network: mesh_call finds the other by its name."""

import json
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import pytest

pytestmark = pytest.mark.docker

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def network(engine):
    name = f"dcf-test-{uuid.uuid4().hex[:12]}"
    engine.run("network", "create", name)
    yield name
    engine.run("network", "rm", name, check=False)


@pytest.fixture
def function(engine, watcher_image, network):
    """`function(example, *flags)`: flags for a container of the network that serves an example."""

    def flags(example, *more):
        code = f"{EXAMPLES / example}:/dcf/handler:ro"
        return watcher_image, "--network", network, "-v", code, *more

    return flags


def ask(address, body):
    try:
        with urllib.request.urlopen(address, data=body, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as fault:
        with fault:
            return fault.code, fault.read()


@pytest.mark.parametrize(
    ("alias", "told"),
    [
        (("--network-alias", "echo"), ()),
        (("--network-alias", "echo.functions"), ("-e", "MESH_SUFFIX=.functions")),
        (("--network-alias", "elsewhere"), ("-e", "MESH_ECHO=elsewhere")),
    ],
    ids=["by its name", "with a suffix", "by the environment"],
)
def test_a_function_reaches_another(engine, function, alias, told):
    with (
        engine.container(*function("dcf_echo", *alias)) as (echo, echo_address),
        engine.container(*function("dcf_chain", *told)) as (chain, address),
    ):
        engine.wait_ready(echo, echo_address)
        engine.wait_ready(chain, address)
        assert ask(address, b"hello") == (200, b"chained: hello")


def test_a_function_that_is_not_there_is_told_within_the_deadline(engine, function):
    with engine.container(*function("dcf_chain", "-e", "MESH_TIMEOUT=2")) as (chain, address):
        engine.wait_ready(chain, address)
        status, body = ask(address, b"hello")
        assert status == 500
        assert json.loads(body)["error"]["code"] == "handler_error"
        engine.said(chain, "function echo failed")
