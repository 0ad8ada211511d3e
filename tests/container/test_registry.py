"""A real registry with a login: functions are pushed to it and run by digest, also by a gateway."""

import json
import re
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.container.conftest import PASSWORD, USER, forget

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]


@pytest.fixture
def function(dcf, bases, registry, tmp_path, engine):
    """The folder of a new function whose image goes to that registry, and the image's name."""
    assert dcf("function", "init", "-r", "python3", "kept", cwd=tmp_path).returncode == 0
    config = tmp_path / "kept/config.yaml"
    more = f"desc: ''\n    docker_registry: {registry}/team\n    build_args: [REGISTRY={bases}]"
    config.write_text(config.read_text().replace("desc: ''", more))
    image = f"{registry}/team/kept"
    yield config.parent, image
    for each in engine.run("images", "-q", image).stdout.split():
        engine.run("image", "rm", "-f", each, check=False)


def pushed(done):
    """The name by digest that `dcf` told."""
    assert done.returncode == 0, done.stderr.decode()
    return re.search(r"^Pushed: (\S+@sha256:[0-9a-f]{64})$", done.stdout.decode(), re.MULTILINE)[1]


def test_a_function_is_pushed_with_a_login_and_runs_elsewhere_by_digest(
    engine, dcf, registry, function, own_login
):
    folder, image = function
    assert dcf("function", "build", cwd=folder).returncode == 0
    login = ("login", "-u", USER, "--password-stdin", registry)
    engine.run(*login, input=PASSWORD)
    by_digest = pushed(dcf("function", "push", cwd=folder))
    assert by_digest.startswith(f"{image}@")
    forget(engine, image)
    with engine.container(by_digest) as (name, address):
        engine.wait_ready(name, address)
        request = urllib.request.Request(address, b"from the registry")
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.read() == b"from the registry"
    # The same files give the same digest again, an edit another one.
    assert dcf("function", "build", cwd=folder).returncode == 0
    assert pushed(dcf("function", "push", cwd=folder)) == by_digest
    (folder / "src/handler.py").write_text("def Handler(req):\n    return 'edited'\n")
    assert dcf("function", "build", cwd=folder).returncode == 0
    assert pushed(dcf("function", "push", cwd=folder)) != by_digest


@pytest.mark.parametrize("password", [None, "wrong"])
def test_without_the_right_password_it_says_so_in_one_line(
    dcf, registry, function, own_login, password
):
    folder, image = function
    if password:
        own_login(registry, password)
    assert dcf("function", "build", cwd=folder).returncode == 0
    refused = dcf("function", "push", cwd=folder)
    assert refused.returncode == 1
    (line,) = refused.stderr.decode().splitlines()
    assert f"registry {registry} does not take {image}" in line
    assert f"login {registry}`" in line
    assert "wrong" not in line


class OpenFaas(BaseHTTPRequestHandler):
    """OpenFaaS' gateway as far as `create` and `call` need it; a function runs as a container."""

    def do_GET(self):
        name = self.path.rsplit("/", 1)[-1]
        if self.path == "/system/info":
            self.answer(200, json.dumps({"provider": {"provider": "faas-netes"}}).encode())
        elif name in self.server.running:
            image, _, _ = self.server.running[name]
            told = {"name": name, "image": image, "replicas": 1, "availableReplicas": 1}
            self.answer(200, json.dumps(told).encode())
        else:
            self.answer(404)

    def do_PUT(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if body["service"] not in self.server.running:
            self.answer(404)
        else:
            self.roll_out(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/system/functions":
            self.roll_out(json.loads(body))
            return
        _, _, address = self.server.running[self.path.rsplit("/", 1)[-1].partition(".")[0]]
        with urllib.request.urlopen(urllib.request.Request(address, body), timeout=30) as answer:
            self.answer(200, answer.read())

    def roll_out(self, body):
        engine = self.server.engine
        engine.run("pull", body["image"])
        before = self.server.running.get(body["service"])
        place = engine.container(body["image"])
        name, address = place.__enter__()
        engine.wait_ready(name, address)
        self.server.running[body["service"]] = (body["image"], place, address)
        if before:
            before[1].__exit__(None, None, None)
        self.answer(202)

    def answer(self, code, body=b""):
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def openfaas(engine):
    """Its address, and what runs there: image, container and address of each function."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), OpenFaas)
    server.engine, server.running = engine, {}
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", server.running
    server.shutdown()
    server.server_close()
    thread.join()
    for _, place, _ in server.running.values():
        place.__exit__(None, None, None)


def test_create_brings_it_to_an_openfaas_gateway_and_an_edit_rolls_out(
    dcf, registry, function, own_login, openfaas
):
    folder, _ = function
    own_login(registry, PASSWORD)
    address, running = openfaas
    flags = ("-f", "config.yaml", "-g", address)
    first = pushed(dcf("function", "create", *flags, cwd=folder))
    assert running["kept"][0] == first
    call = ("function", "call", "kept", "-g", address)
    assert dcf(*call, cwd=folder, stdin=b"hello").stdout == b"hello"
    (folder / "src/handler.py").write_text("def Handler(req):\n    return 'edited'\n")
    second = pushed(dcf("function", "create", *flags, cwd=folder))
    assert second != first
    assert dcf(*call, cwd=folder, stdin=b"hello").stdout == b"edited"
