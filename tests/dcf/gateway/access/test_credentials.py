"""Who may use the gateway's own routes, over REST and gRPC, and what starts without saying so."""

import logging
import re
import subprocess
import sys

import grpc
import pytest
import requests
from requests.auth import HTTPBasicAuth

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import GatewayStub
from dcf.errors import CannotStart
from dcf.gateway.access.access import Access
from dcf.gateway.access.credentials import Credentials, credentials_for, read_credentials
from dcf.gateway.access.over_grpc import _host_of
from dcf.gateway.openapi import every_answer
from dcf.gateway.routes import ROUTES

WHO = Credentials("admin", "pass:wörd with spaces")
GOOD = HTTPBasicAuth(WHO.user.encode(), WHO.password.encode())
CODE = grpc.StatusCode
GUARDED = [each for each in ROUTES if each.guarded]
OPEN = [each for each in ROUTES if not each.guarded]


def filled(path):
    return re.sub(r"{\w+(:[^}]*)?}", "f", path.replace("{digest}", "0" * 64))


@pytest.fixture
def gateway(background):
    return background(access=Access(WHO))


@pytest.mark.parametrize("route", GUARDED, ids=lambda each: f"{each.methods} {each.path}")
def test_every_guarded_route_wants_the_password(gateway, route):
    for method in route.methods.split():
        answer = gateway.ask(method, filled(route.path))
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="Restricted"'
        assert method == "HEAD" or answer.text == "invalid credentials\n"
        assert 401 in every_answer(route, asks=True)


@pytest.mark.parametrize("route", OPEN, ids=lambda each: f"{each.methods} {each.path}")
def test_every_other_route_does_not(gateway, route):
    for method in route.methods.split():
        assert gateway.ask(method, filled(route.path)).status_code != 401
        assert 401 not in every_answer(route, asks=False).keys() - route.answers.keys()


def test_what_is_open_is_calls_health_and_descriptions():
    roots = {each.path.split("/")[1] for each in OPEN}
    assert roots == {"", "function", "async-function", "healthz", "openapi.json", "openfx", "ui"}
    assert {each.path for each in OPEN if each.page} == {
        "/ui",
        "/ui/session",
        "/ui/login",
        "/ui/logout",
        r"/ui/{file:(?:.*\..*)?}",
    }
    assert {each.path for each in OPEN if each.path.startswith("/openfx")} == {
        "/openfx/healthz",
        "/openfx/function/{name}",
        "/openfx/function/{name}/",
    }


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic",
        "Basic !!!",
        "Basic YWRtaW4=",
        "Basic YWRtaW46",
        "Basic YWRtaW46cGFzcw==",
        "Digest " + WHO.authorization.partition(" ")[2],
    ],
    ids=["none", "bearer", "bearer-space", "bare", "no-base64", "no-colon", "empty", "wrong",
         "digest"],
)  # fmt: skip
def test_a_wrong_authorization_is_401(gateway, header):
    answer = gateway.ask("GET", "/system/functions", headers={"Authorization": header})
    assert answer.status_code == 401


def test_the_right_password_enters_and_its_user_is_who_deployed(gateway):
    body = {"service": "f", "image": "x"}
    named = {"X-Deployed-By": "somebody@else"}
    assert gateway.ask("POST", "/system/functions", json=body).status_code == 401
    deployed = gateway.ask("POST", "/system/functions", json=body, auth=GOOD, headers=named)
    assert deployed.status_code == 202
    past = gateway.ask("GET", "/system/function/f/history", auth=GOOD).json()
    assert [each["by"] for each in past] == ["admin"]
    assert gateway.ask("POST", "/function/f", data=b"hi").content == b"hi"


def test_an_open_gateway_takes_any_authorization_and_the_named_person(background):
    gateway = background()
    for header in ("Bearer", "Bearer token", "Basic bm90OmFza2Vk"):
        answer = gateway.ask("GET", "/system/functions", headers={"Authorization": header})
        assert answer.status_code == 200
    body, named = {"service": "f", "image": "x"}, {"X-Deployed-By": "ann@desk"}
    gateway.ask("POST", "/system/functions", json=body, headers=named)
    assert gateway.ask("GET", "/system/function/f/history").json()[0]["by"] == "ann@desk"


def test_a_name_that_no_terminal_should_see_loses_what_is_wrong_with_it(background):
    gateway = background()
    body = {"service": "f", "image": "x"}
    named = {"X-Deployed-By": b"ann\xff\t" + "ö".encode() + b"x" * 300}
    assert gateway.ask("POST", "/system/functions", json=body, headers=named).status_code == 202
    [first] = gateway.ask("GET", "/system/function/f/history").json()
    assert first["by"].startswith("annöxxx")
    assert len(first["by"]) <= 256


def test_grpc_wants_it_too_but_not_for_calls(gateway):
    given = (("authorization", WHO.authorization),)
    with grpc.insecure_channel(gateway.server.grpc) as channel:
        stub = GatewayStub(channel)
        for rpc, request in (
            ("List", pb.Empty()),
            ("Deploy", pb.CreateFunctionRequest(Service="g", Image="x")),
            ("Update", pb.CreateFunctionRequest(Service="g", Image="x")),
            ("Delete", pb.DeleteFunctionRequest(FunctionName="g")),
            ("GetMeta", pb.FunctionRequest(FunctionName="g")),
            ("GetLog", pb.FunctionRequest(FunctionName="g")),
            ("ReplicaUpdate", pb.ScaleServiceRequest(ServiceName="g")),
            ("Info", pb.Empty()),
        ):
            for metadata in ((), (("authorization", "Basic bm90OmFza2Vk"),)):
                with pytest.raises(grpc.RpcError) as refused:
                    getattr(stub, rpc)(request, timeout=20, metadata=metadata)
                assert refused.value.code() is CODE.UNAUTHENTICATED, rpc
                assert refused.value.details() == "invalid credentials"
        deploy = pb.CreateFunctionRequest(Service="g", Image="x")
        assert stub.Deploy(deploy, timeout=20, metadata=given).Msg == "OK"
        assert stub.HealthCheck(pb.Empty(), timeout=20).Msg == "OK"
        asked = pb.InvokeServiceRequest(Service="g", Input=b"in")
        assert stub.Invoke(asked, timeout=20).Msg == "in"
        assert [each.Output for each in stub.Invokes(iter([asked]), timeout=20)] == [b"in"]
    past = gateway.ask("GET", "/system/function/g/history", auth=GOOD).json()
    assert past[0]["by"] == "admin"


def test_grpc_metadata_names_who_deploys_where_there_is_no_password(background):
    gateway = background()
    with grpc.insecure_channel(gateway.server.grpc) as channel:
        deploy = pb.CreateFunctionRequest(Service="g", Image="x")
        GatewayStub(channel).Deploy(deploy, timeout=20, metadata=(("x-deployed-by", "bob@desk"),))
    assert gateway.ask("GET", "/system/function/g/history").json()[0]["by"] == "bob@desk"


def test_a_proxy_on_this_machine_may_pass_its_own_name_on_but_no_page_of_others(gateway):
    named = {"Host": "functions.example.org"}
    assert gateway.ask("GET", "/system/functions", auth=GOOD, headers=named).status_code == 200
    page = {"Origin": "http://evil.example"}
    assert gateway.ask("GET", "/system/functions", auth=GOOD, headers=page).status_code == 403


def test_nothing_of_a_password_is_logged_or_shown(gateway, caplog):
    with caplog.at_level(logging.DEBUG):
        gateway.ask("GET", "/system/functions", auth=("admin", "a-guess"))
        gateway.ask("GET", "/system/functions", auth=GOOD)
    ours = [
        each.getMessage() for each in caplog.records if each.name.startswith(("dcf", "aiohttp"))
    ]
    assert not [each for each in ours if "a-guess" in each or "wörd" in each]
    assert "admin" not in repr(WHO)
    assert "wörd" not in repr(gateway.settings)


def test_files_are_read_and_trimmed(tmp_path):
    (tmp_path / "basic-auth-user").write_text("admin\n")
    (tmp_path / "basic-auth-password").write_text("  secret\n")
    assert read_credentials(tmp_path) == Credentials("admin", "secret")


@pytest.mark.parametrize("content", [None, b"\n", b"\xff"], ids=["missing", "empty", "bytes"])
def test_a_file_that_cannot_be_used_is_named(tmp_path, content):
    (tmp_path / "basic-auth-user").write_text("admin")
    if content is not None:
        (tmp_path / "basic-auth-password").write_bytes(content)
    with pytest.raises(CannotStart, match="basic-auth-password"):
        read_credentials(tmp_path)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_on_loopback_nobody_has_to_say_anything(tmp_path, host):
    assert credentials_for(host, None, tmp_path) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org"])
def test_where_others_reach_it_somebody_has_to(tmp_path, host):
    with pytest.raises(CannotStart, match="--basic-auth"):
        credentials_for(host, None, tmp_path)
    assert credentials_for(host, False, tmp_path) is None


def test_the_command_reads_openfaas_variables(gateways, tmp_path, monkeypatch):
    (tmp_path / "basic-auth-user").write_text("admin")
    (tmp_path / "basic-auth-password").write_text("secret")
    monkeypatch.setenv("basic_auth", "true")
    monkeypatch.setenv("secret_mount_path", str(tmp_path))
    gateway = gateways()
    listed = gateway.dcf("list")
    assert listed.returncode == 1
    gateway.end()
    assert "secret" not in "\n".join(gateway.said)


def test_the_command_says_what_is_missing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "dcf", "gateway", "start", "--port", "0", "--grpc-port", "0",
         "--home", tmp_path / "home", "--basic-auth", "--secret-mount-path", tmp_path],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "basic-auth-user" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_gateway_with_a_password_deploys_what_it_was_started_with(
    gateways, write_function, tmp_path, wait_for
):
    (tmp_path / "basic-auth-user").write_text("admin")
    (tmp_path / "basic-auth-password").write_text("secret")
    config = write_function(tmp_path / "function")
    flags = ("--basic-auth", "--secret-mount-path", tmp_path, "--deploy", config)
    gateway = gateways(*flags)
    address = f"{gateway.rest}/function/echo"
    wait_for(lambda: requests.post(address, data=b"hi", timeout=20).content == b"hi")
    history = f"{gateway.rest}/system/function/echo/history"
    assert requests.get(history, timeout=20).status_code == 401
    [first] = requests.get(history, timeout=20, auth=("admin", "secret")).json()
    assert first["by"]


@pytest.mark.parametrize(
    ("peer", "host"),
    [
        ("ipv4:10.0.0.1:4711", "10.0.0.1"),
        ("ipv6:%5B::1%5D:4711", "::1"),
        ("ipv6:[fe80::1%25eth0]:4711", "fe80::1%eth0"),
        ("unix:/run/x", ""),
        ("", ""),
    ],
)
def test_whose_a_call_over_grpc_is_is_told_without_its_port(peer, host):
    assert _host_of(peer) == host
