"""Images for gateways that run images: stand-ins built from the contracts play those."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
import pytest
import yaml

from dcf._proto import gateway_pb2 as pb
from dcf._proto import gateway_pb2_grpc
from dcf.config import FUNCTION_KEYS, load
from dcf.errors import ConfigError, EngineFailed
from dcf.release.image_steps import ImageSteps
from dcf.release.release import Provided

DIGEST = "sha256:" + "d" * 64
PUSHED = [
    "The push refers to repository [r.example/team/echo]",
    "0123456789ab: Pushed",
    f"latest: digest: {DIGEST} size: 1234",
]
IMAGE = f"r.example/team/echo@{DIGEST}"


class Deployed(dict):
    """What a stand-in was given: functions by their name, as plain maps; and in which order."""

    def __init__(self):
        super().__init__()
        self.order = []


class OpenFaas(BaseHTTPRequestHandler):
    """OpenFaaS' REST, as far as a deploy needs it."""

    def answer(self, status, value=None):
        text = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        kept = self.server.kept
        name = self.path.rsplit("/", 1)[-1]
        if self.path == "/system/info":
            provider = {"provider": "faas-netes", "version": {"release": "0.18"}}
            self.answer(200, {"provider": provider, "version": {"release": "0.27"}})
        elif self.path.startswith("/system/function/") and name in kept:
            about = {"name": name, "image": kept[name]["image"]}
            self.answer(200, {**about, "replicas": 1, "availableReplicas": 1})
        else:
            self.answer(404)

    def take(self, new):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.kept.order.append(self.command)
        if new == (body["service"] in self.server.kept):
            self.answer(500 if new else 404)
            return
        self.server.kept[body["service"]] = body
        self.answer(202)

    def do_PUT(self):
        self.take(new=False)

    def do_POST(self):
        self.take(new=True)

    def log_message(self, *arguments):
        """Say nothing."""


def resources(told):
    texts = {"memory": told.Memory, "cpu": told.CPU, "gpu": told.GPU}
    return {key: text for key, text in texts.items() if text}


class Dcf:
    """The gRPC service of DCF's and OpenFx' gateways, as far as a deploy needs it."""

    def __init__(self, kept):
        self.kept = kept

    def Info(self, request, context):
        return pb.Message(Msg="{}\n")  # a struct without exported fields

    def take(self, request):
        self.kept[request.Service] = {
            "image": request.Image, "annotations": dict(request.Annotations),
            "secrets": [*request.Secrets], "constraints": [*request.Constraints],
            "labels": dict(request.Labels), "envVars": dict(request.EnvVars),
            "limits": resources(request.Limits), "requests": resources(request.Requests),
        }  # fmt: skip
        return pb.Message(Msg="OK")

    def Deploy(self, request, context):
        self.kept.order.append("POST")
        if request.Service in self.kept:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, "it is there")
        return self.take(request)

    def Update(self, request, context):
        self.kept.order.append("PUT")
        if request.Service not in self.kept:
            context.abort(grpc.StatusCode.NOT_FOUND, "function is not exist")
        return self.take(request)

    def GetMeta(self, request, context):
        found = self.kept.get(request.FunctionName)
        if found is None:
            context.abort(grpc.StatusCode.NOT_FOUND, "function is not exist")
        return pb.Function(
            Name=request.FunctionName, Image=found["image"], Replicas=1, AvailableReplicas=1
        )


def serve_openfaas(kept):
    server = ThreadingHTTPServer(("127.0.0.1", 0), OpenFaas)
    server.kept = kept
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def stop():
        server.shutdown()
        server.server_close()
        thread.join()

    return f"http://127.0.0.1:{server.server_port}", stop


def serve_grpc(kept, service):
    """The same servicer under another service's name is the other gateway."""
    server = grpc.server(ThreadPoolExecutor(2))
    add = getattr(gateway_pb2_grpc, f"add_{service}Servicer_to_server")
    base = getattr(gateway_pb2_grpc, f"{service}Servicer")
    add(type(service, (Dcf, base), {})(kept), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return f"127.0.0.1:{port}", lambda: server.stop(0).wait()


@pytest.fixture(params=["openfaas", "dcf", "openfx"])
def gateway(request):
    """A gateway's address and what was deployed to it."""
    kept = Deployed()
    service = {"dcf": "Gateway", "openfx": "FxGateway"}.get(request.param)
    address, stop = serve_grpc(kept, service) if service else serve_openfaas(kept)
    yield address, kept
    stop()


@pytest.fixture
def config(write_function, tmp_path):
    """A function's config file that names a registry."""
    file = write_function(tmp_path)
    file.write_text(
        f"{file.read_text()}    docker_registry: r.example/team\n    desc: Says it again\n"
        "    environment: {DATA_PATH: /data}\n    limits: {memory: 64Mi}\n    secrets: [key]\n"
    )
    return file


def test_a_gateway_of_images_gets_the_image_built_pushed_and_by_digest(
    with_engine, fake_engine, gateway, config, tmp_path
):
    address, kept = gateway
    fake_engine.tell(push=[PUSHED, 0], pull=[[], 1])
    done = with_engine("create", "-f", config, "-g", address, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    web = address if "://" in address else f"http://{address}"
    assert done.stdout.decode().splitlines() == [
        "Building function (echo) ...",
        "Pulling r.example/team/tools ...",
        "Image: r.example/team/echo built in local environment.",
        "Pushing: echo, Image: r.example/team/echo in Registry: r.example/team ...",
        f"Pushed: {IMAGE}",
        "Deploying: echo ...",
        "Attempting update... but Function Not Found. Deploying Function...",
        done.stdout.decode().splitlines()[-2],
        f"http trigger url: {web}/function/echo",
    ]
    assert kept["echo"]["image"] == IMAGE
    assert kept["echo"]["annotations"] == {"desc": "Says it again"}
    assert kept["echo"]["limits"] == {"memory": "64Mi"}
    # With these alone its image would be a batch run, which ends.
    assert kept["echo"]["envVars"].items() >= {"DATA_PATH": "/data", "BATCH": "false"}.items()
    assert "key" in kept["echo"]["secrets"]
    again = with_engine("deploy", "-f", config, "-g", address, cwd=tmp_path)
    assert b"Function echo already exists, attempting rolling-update." in again.stdout
    assert kept.order == ["PUT", "POST", "PUT"]


EVERY_KEY = {
    "desc": "Says it again", "maintainer": "me@here.example", "image": IMAGE, "skip_build": True,
    "docker_registry": "r.example/team", "platform": "linux/amd64", "dockerfile": "",
    "runtime": "python3", "registry_auth": "none",
    "environment": {
        "DATA_PATH": "/data", "PORT": "9000", "watcher_port": "1", "LOCK_FILE": "/lock",
        "batch": "1",
    },
    "environment_file": ["more.yaml"],
    "secrets": ["key", "other"], "constraints": ["nodetype=cpu"],
    "labels": {"com.openfaas.scale.min": "1", "team": "a"}, "annotations": {"topic": "pictures"},
    "limits": {"memory": "64Mi", "cpu": "1", "gpu": "1"}, "requests": {"memory": "32Mi"},
    "build_options": ["jq"], "build_args": ["A=b"],
    "scale": {"max": 4, "type": "capacity"},
}  # fmt: skip


@pytest.mark.parametrize("changes", [
    {},
    {"environment": {"healthcheck_interval": "9s"}},
    {"environment": {"drain_delay": "0s"}},
    {"limits": {"gpu": "2"}, "requests": {}, "secrets": [], "labels": {}},
])  # fmt: skip
def test_create_asks_for_what_export_writes(gateway, with_engine, dcf, tmp_path, config, changes):
    address, kept = gateway
    written = yaml.safe_load(config.read_text())
    function = written["functions"]["echo"]
    function.update(EVERY_KEY | changes)
    assert set(function) == {*FUNCTION_KEYS}  # a new key is to be looked at, here
    (tmp_path / "more.yaml").write_text("environment: {MORE: '1'}\n")
    config.write_text(yaml.safe_dump(written))
    done = with_engine("create", "-f", config, "-g", address, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    target = "openfaas" if "://" in address else "dcf"
    assert dcf("export", "-t", target, "-f", config, "-o", "out", cwd=tmp_path).returncode == 0
    (file,) = (tmp_path / "out").rglob("*.yaml")
    exported = yaml.safe_load(file.read_text())["functions"]["echo"]
    asked = kept["echo"]
    assert asked["envVars"] == exported["environment"]
    assert {"BATCH": "false", "MORE": "1"}.items() <= asked["envVars"].items() or changes
    for key in ("image", "secrets", "constraints", "labels", "limits", "requests"):
        told = exported.get(key) or None
        if isinstance(told, dict):  # DCF's own file has its resources in full, some of them empty
            told = {name: text for name, text in told.items() if text} or None
        assert (asked.get(key) or None) == told, key
    if target == "openfaas":
        assert asked["annotations"] == exported["annotations"]
        assert (asked["readOnlyRootFilesystem"], exported["readonly_root_filesystem"]) == (
            True,
            True,
        )
        assert (b"gpu is left out" in done.stdout) == ("gpu" in function["limits"])


def test_no_push_is_for_nodes_that_share_the_engine(
    with_engine, fake_engine, gateway, write_function, tmp_path
):
    address, kept = gateway
    config = write_function(tmp_path)
    done = with_engine("create", "-f", config, "-g", address, "--no-push", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not fake_engine.asked("push")
    assert kept["echo"]["image"] == "echo"
    # Under the same name another image would else look like no change.
    assert kept["echo"]["annotations"] == {"dcf.image-id": "sha256:" + "b" * 64}
    nowhere = with_engine("create", "-f", config, "-g", address, cwd=tmp_path)
    assert nowhere.returncode == 1
    assert b"functions.echo.docker_registry" in nowhere.stderr
    assert b"--no-push" in nowhere.stderr


def test_skip_build_deploys_what_the_registry_has(with_engine, fake_engine, gateway, config):
    address, kept = gateway
    config.write_text(
        config.read_text() + "    skip_build: true\n    image: r.example/x@sha256:0\n"
    )
    done = with_engine("create", "-f", config, "-g", address, cwd=config.parent)
    assert done.returncode == 0, done.stderr
    assert kept["echo"]["image"] == "r.example/x@sha256:0"
    assert not fake_engine.asked()


def test_our_own_gateway_gets_the_folder_and_asks_no_engine(
    with_engine, fake_engine, echo_gateway, config
):
    config.write_text(
        config.read_text().replace("echo:", "packed:").replace("    secrets: [key]\n", "")
    )
    done = with_engine("create", "-f", config, "-g", echo_gateway.rest, cwd=config.parent)
    assert done.returncode == 0, done.stderr
    assert b"Image: archive:sha256:" in done.stdout
    assert not fake_engine.asked()
    echo_gateway.dcf("delete", "packed")


@pytest.fixture
def steps(fake_engine, monkeypatch):
    monkeypatch.setenv("DCF_ENGINE", str(fake_engine.program))
    monkeypatch.delenv("PIP_CERT", raising=False)
    return ImageSteps(verbose=False)


def test_what_is_provided_is_the_digest(steps, fake_engine, config):
    fake_engine.tell(push=[PUSHED, 0], pull=[[], 1])
    function = load(config).functions[0]
    assert steps.provide(function) == Provided(IMAGE)


def test_a_name_without_a_registry_is_refused_before_anything_is_built(
    steps, fake_engine, write_function, tmp_path
):
    function = load(write_function(tmp_path / "plain")).functions[0]
    with pytest.raises(ConfigError, match="names no registry"):
        steps.provide(function)
    assert not fake_engine.asked()


def test_an_engine_is_looked_for_only_when_it_is_needed(monkeypatch, config):
    monkeypatch.setenv("DCF_ENGINE", "/no/such/engine")
    function = replace(load(config).functions[0], skip_build=True, image="r.example/x:1")
    steps = ImageSteps(verbose=True)
    assert steps.provide(function) == steps.provide_here(function) == Provided("r.example/x:1")
    with pytest.raises(EngineFailed):
        steps.build(replace(function, skip_build=False))
