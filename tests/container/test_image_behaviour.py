"""How the images behave where a platform runs them: logs, cores, memory, certificates, judges."""

import json
import os
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.bodies.large_photo import large_photo

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
CUP = (SAMPLES / "coffee.jpg").read_bytes()
LOCKED = (
    "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
)  # fmt: skip


def ask(address, body=CUP):
    with urllib.request.urlopen(urllib.request.Request(address, body), timeout=60) as answer:
        return json.loads(answer.read())


def test_logs_are_lines_on_stdout_as_json_on_request(engine, function_image):
    with engine.container(function_image, *LOCKED, "-e", "LOG_FORMAT=json") as (name, address):
        engine.wait_ready(name, address)
        ask(address)
        engine.run("stop", "-t", "20", name)
        lines = [json.loads(line) for line in engine.run("logs", name).stdout.splitlines()]
    said = [line["message"] for line in lines]
    assert said[0].startswith("ready: ")
    assert said[1] == "call"
    assert lines[1]["status"] == 200
    assert said[-1] == "ended"


def test_logs_are_lines_of_text_on_stdout(engine, watcher_image, tmp_path):
    (tmp_path / "handler.py").write_text("def handle(body):\n    return 1 / 0\n")
    tmp_path.chmod(0o755)
    flags = ("-v", f"{tmp_path}:/dcf/handler:ro", "-e", "HANDLER_NAME=handle")
    with engine.container(watcher_image, *LOCKED, *flags) as (name, address):
        engine.wait_ready(name, address)
        with pytest.raises(urllib.error.HTTPError):
            ask(address)
        seen = engine.said(name, "POST / - 500")
    assert "INFO ready: " in seen.stdout
    assert "ZeroDivisionError" in seen.stdout
    assert "POST / - 500" in seen.stdout
    assert seen.stderr == ""


@pytest.mark.parametrize("cpus", ["1", "1.5", "2"])
def test_as_many_calls_run_at_once_as_the_quota_allows(engine, watcher_image, tmp_path, cpus):
    (tmp_path / "handler.py").write_text("def handle(body):\n    return body\n")
    tmp_path.chmod(0o755)
    flags = ("-v", f"{tmp_path}:/dcf/handler:ro", "-e", "HANDLER_NAME=handle", "--cpus", cpus)
    wanted = min(len(os.sched_getaffinity(0)), {"1": 1, "1.5": 2, "2": 2}[cpus])
    with engine.container(watcher_image, *LOCKED, *flags) as (name, address):
        engine.wait_ready(name, address)
        engine.said(name, f" {wanted} calls at once, {8 * wanted} in flight")


LIMITS = ("--memory", "256m", "--memory-swap", "256m", "--cpus", "2")


def test_eight_phones_at_once_fit_into_256_megabytes(engine, function_image):
    photo = large_photo(CUP)
    with engine.container(function_image, *LOCKED, *LIMITS) as (name, address):
        engine.wait_ready(name, address)
        with ThreadPoolExecutor(8) as phones:
            answers = list(phones.map(lambda _: ask(address, photo), range(48)))
        assert all(answers)
        assert engine.inspect(name, "{{.State.OOMKilled}} {{.State.Running}}") == "false true"
        peak = engine.run(
            "exec", name, "sh", "-c",
            "cd /sys/fs/cgroup; cat memory.peak memory/memory.max_usage_in_bytes || true",
        ).stdout.split()  # fmt: skip
        assert not peak or int(peak[0]) < 230 << 20, "near the limit: it may be killed tomorrow"


def status(address, body):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body), timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        assert json.loads(error.read())["error"]["code"] == "overloaded"
        return error.code


def test_what_does_not_fit_into_256_megabytes_is_told_to_come_back(engine, function_image):
    """The worst pictures: 12 megapixels, lossless, 19 MB each, from eight callers at once."""
    pixels = cv2.imdecode(np.frombuffer(large_photo(CUP), np.uint8), cv2.IMREAD_COLOR)
    picture = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()
    assert 16 << 20 < len(picture) < 32 << 20
    with engine.container(function_image, *LOCKED, *LIMITS) as (name, address):
        engine.wait_ready(name, address)
        with ThreadPoolExecutor(8) as callers:
            statuses = set(callers.map(lambda _: status(address, picture), range(16)))
        assert statuses == {200, 429}
        assert engine.inspect(name, "{{.State.OOMKilled}} {{.State.Running}}") == "false true"
        assert status(address, picture) == 200


def test_nothing_inside_lets_a_process_become_another_user(engine, function_image, gateway_image):
    for image in (function_image, gateway_image):
        found = engine.run(
            "run", "--rm", "--user", "0", "--entrypoint", "find", image, "/", "-xdev", "-perm",
            "/6000", "-type", "f",
        )  # fmt: skip
        assert found.stdout == ""
        assert engine.inspect(image, "{{.Config.User}}") == "10001"


def test_what_an_image_says_of_itself(engine, function_image, watcher_image, gateway_image):
    for image, title in ((watcher_image, "watcher"), (gateway_image, "gateway")):
        labels = json.loads(engine.inspect(image, "{{json .Config.Labels}}"))
        assert labels["org.opencontainers.image.title"] == f"dcf/{title}"
    labels = json.loads(engine.inspect(function_image, "{{json .Config.Labels}}"))
    assert labels["org.opencontainers.image.title"] == "dcf/ssd"
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert labels["org.opencontainers.image.base.name"] == "debian:bookworm-slim"
    assert "boxes" in labels["org.opencontainers.image.description"]
    variables = json.loads(engine.inspect(function_image, "{{json .Config.Env}}"))
    assert not [each for each in variables if "CERT" in each or "INDEX" in each]


def test_whoever_builds_may_have_any_umask(engine, function_image):
    unreadable = engine.run(
        "run", "--rm", "--user", "0", "--entrypoint", "find", function_image, "/dcf", "/opt",
        "!", "-perm", "-004",
    )  # fmt: skip
    assert unreadable.stdout == ""
    compiled = engine.run(
        "run", "--rm", function_image, "find", "/opt/dcf/watcher", "/dcf", "-name", "*.pyc"
    )
    assert "/dcf/handler/__pycache__/handler.cpython-311.pyc" in compiled.stdout
    assert "/opt/dcf/watcher/__pycache__/app.cpython-311.pyc" in compiled.stdout


def test_an_image_built_on_it_may_bring_another_handler(engine, function_image, tmp_path):
    """What is compiled in the image must not be taken for a file that was put in its place."""
    (tmp_path / "handler.py").write_text("def Handler(request):\n    return 'another'\n")
    (tmp_path / "handler.py").chmod(0o644)
    os.utime(tmp_path / "handler.py", (0, 0))  # the time that the compiled one was made from
    flags = (
        "-v",
        f"{tmp_path / 'handler.py'}:/dcf/handler/handler.py:ro",
    )
    with engine.container(function_image, *LOCKED, *flags) as (name, address):
        engine.wait_ready(name, address)
        with urllib.request.urlopen(address, timeout=30) as answer:
            assert answer.read() == b"another"


@contextmanager
def tls_judge(folder):
    """A judge on this machine with a certificate of an authority of its own: address and bodies."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", folder / "key.pem", "-out", folder / "ca.pem"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    (folder / "ca.pem").chmod(0o644)
    bodies = []

    class Judge(BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Judge)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    server.handle_error = lambda *_: None  # a client that hangs up is part of the test
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}/answer", bodies
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def test_a_judge_behind_tls_is_trusted_by_its_authority_alone(engine, function_image, tmp_path):
    tmp_path.chmod(0o755)
    with tls_judge(tmp_path) as (url, bodies):
        flags = (
            "run", "--rm", "--network", "host", *LOCKED, "-v", f"{SAMPLES}:/data:ro",
            "-v", f"{tmp_path}/ca.pem:/ca.pem:ro", "-e", "DATA_PATH=/data", "-e", f"REST_URL={url}",
        )  # fmt: skip
        refused = engine.run(*flags, function_image, check=False, timeout=120)
        assert refused.returncode == 1
        assert "certificate" in refused.stderr
        assert bodies == []
        engine.run(*flags, "-e", "SSL_CERT_FILE=/ca.pem", function_image, timeout=120)
        assert len(json.loads(bodies[0])["answer"]) == 3


def test_the_webs_authorities_are_known_inside(engine, function_image, gateway_image):
    count = "import ssl; print(len(ssl.create_default_context().get_ca_certs()))"
    for image in (function_image, gateway_image):
        told = engine.run("run", "--rm", "--network", "none", image, "python", "-c", count)
        assert int(told.stdout) > 100


# Accepts at the second attempt, prints what it got, and ends.
JUDGE = """\
import http.server
seen = []
class Judge(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        seen.append(body)
        self.send_response(503 if len(seen) == 1 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        if len(seen) > 1:
            print(self.headers["X-Key"], body, flush=True)
http.server.HTTPServer(("", 8000), Judge).serve_forever()
"""


def test_a_batch_is_handed_in_over_the_engines_network(
    engine, function_image, watcher_image, tmp_path
):
    """As a platform does it: the judge is another container, known by its name."""
    (tmp_path / "b.jpg").write_bytes(CUP)
    (tmp_path / "a.jpg").write_bytes(CUP[:2000])
    tmp_path.chmod(0o755)
    network = judge = f"dcf-test-{uuid.uuid4().hex[:12]}"
    engine.run("network", "create", network)
    try:
        engine.run("run", "-d", "--name", judge, "--network", network, "--network-alias", "judge",
                   watcher_image, "python", "-c", JUDGE)  # fmt: skip
        time.sleep(0.5)
        done = engine.run(
            "run", "--rm", "--network", network, *LOCKED, "--memory", "256m",
            "-v", f"{tmp_path}:/data:ro", "-e", "DATA_PATH=/data",
            "-e", "REST_URL=http://judge:8000/answer", "-e", "API_HEADER=X-Key: s3cret",
            function_image, timeout=120,
        )  # fmt: skip
        key, _, body = engine.run("logs", judge).stdout.strip().partition(" ")
    finally:
        engine.run("rm", "-f", judge, check=False)
        engine.run("network", "rm", network, check=False)
    assert key == "s3cret"
    entries = json.loads(body)["answer"]
    assert [entry["file"] for entry in entries] == ["a.jpg", "b.jpg"]
    assert entries[0]["error"]["code"] == "truncated_image"
    assert entries[1]["result"][0]["class"] == "cup"
    assert "attempt 2 again" in done.stderr
    assert "2 of 2 files" in done.stderr
    assert "s3cret" not in done.stderr + done.stdout
