"""A container engine and the images, built once for all container tests."""

import base64
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.waiting import until

ROOT = Path(__file__).parents[2]
# A run of the tests removes its images at the end: two at once on one engine want two names.
TAGS = os.environ.get("DCF_TEST_TAGS", "dcf-test")


ENGINE = Path(__file__).parent / "engine.sh"
# What `htpasswd -B` writes for this user and password.
USER, PASSWORD = "tester", "open sesame"
HTPASSWD = f"{USER}:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n"
CONFIG = """\
version: 0.1
log: {{level: warn}}
storage: {{filesystem: {{rootdirectory: {home}/images}}}}
http: {{addr: "{address}"}}
auth: {{htpasswd: {{realm: tests, path: {home}/htpasswd}}}}
"""


class Engine:
    """The engine's command line; `before` goes in front of every command's words."""

    before = ()

    def __init__(self, command):
        self.command = command

    def run(self, *arguments, check=True, timeout=600, **options):
        """Run a command; its output as text."""
        return subprocess.run(
            [self.command, *self.before, *arguments], check=check, timeout=timeout, text=True,
            capture_output=True, cwd=ROOT, env={**os.environ, "DOCKER_BUILDKIT": "1"}, **options,
        )  # fmt: skip

    def build(self, tag, *flags, folder="."):
        """Build a target; fails with the builder's last lines."""
        # Packages come over this machine's network, with its certificates where it has its own.
        certificates = os.environ.get("PIP_CERT")
        secret = ["--secret", f"id=cacert,src={certificates}"] if certificates else []
        done = self.run(
            "build", "--network=host", "--progress=plain", *secret, "-t", tag, *flags,
            str(folder), check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stderr

    def inspect(self, name, template):
        """One value of a container or an image."""
        return self.run("inspect", name, "--format", template).stdout.strip()

    @contextmanager
    def container(self, image, *flags):
        """A container in the background, and its address on this machine."""
        name = f"dcf-test-{uuid.uuid4().hex[:12]}"
        try:
            self.run("run", "-d", "--name", name, "-p", "127.0.0.1::8080", *flags, image)
            place = self.run("port", name, "8080").stdout.split()[0]
            yield name, f"http://{place}"
        finally:
            self.run("rm", "-f", name, check=False)

    def said(self, name, *words, seconds=30):
        """A container's log, once it has these words: the engine collects what was written."""

        def found():
            log = self.run("logs", name)
            return log if all(each in log.stdout + log.stderr for each in words) else None

        return until(found, seconds, lambda: self.run("logs", name))

    def wait_ready(self, name, address, seconds=60, path="/_/ready"):
        """Seconds until it is ready; fails with its log."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            try:
                with urllib.request.urlopen(address + path, timeout=2):
                    return time.monotonic() - began
            except (OSError, http.client.HTTPException):
                if self.inspect(name, "{{.State.Running}}") != "true":
                    break
                time.sleep(0.05)
        log = self.run("logs", name, check=False)
        raise AssertionError(
            f"not ready after {seconds} s: {log.stdout[-500:]}{log.stderr[-2000:]}"
        )


@pytest.fixture(scope="session")
def engine():
    command = "/usr/bin/docker" if Path("/usr/bin/docker").exists() else shutil.which("docker")
    found = Engine(command)
    answer = found.run("version", check=False, timeout=20) if command else None
    if answer is None or answer.returncode:
        pytest.fail("no container engine answers: sh tests/container/engine.sh up")
    return found


@pytest.fixture(scope="session")
def function_image(engine):
    tag = f"{TAGS}/ssd"
    engine.build(tag)
    yield tag
    engine.run("image", "rm", "-f", tag, check=False)


@pytest.fixture(scope="session")
def watcher_image(engine):
    tag = f"{TAGS}/watcher"
    engine.build(tag, "--target", "watcher")
    yield tag
    engine.run("image", "rm", "-f", tag, check=False)


@pytest.fixture(scope="session")
def tools_image(engine):
    tag = f"{TAGS}/tools"
    engine.build(tag, "--target", "tools")
    yield tag
    engine.run("image", "rm", "-f", tag, check=False)


@pytest.fixture(scope="session")
def bases(watcher_image, tools_image, function_image):
    """What functions are built on, as `docker_registry: dcf-test` finds it."""
    return watcher_image.partition("/")[0]


@pytest.fixture(scope="session")
def torch_wheel(tmp_path_factory):
    """PyTorch for processors, out of the folders where pip is set up to find wheels.

    The package index is not asked: what it has under this version is for GPUs, with gigabytes.
    """
    folder = tmp_path_factory.mktemp("wheel")
    command = ("-m", "pip", "download", "--no-index", "--no-deps", "--dest", str(folder))
    found = subprocess.run(
        [sys.executable, *command, "torch==2.13.0"],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if found.returncode:
        pytest.skip("no wheel of torch==2.13.0: set PIP_FIND_LINKS to a folder that has one")
    (wheel,) = folder.iterdir()
    yield wheel
    wheel.unlink()


@pytest.fixture
def dcf(engine):
    """`dcf(*arguments, cwd, stdin=b"", **environ)` runs the command with this engine to its end."""

    def run(*arguments, cwd, stdin=b"", **environ):
        return subprocess.run(
            [sys.executable, "-m", "dcf", *map(str, arguments)],
            cwd=cwd, input=stdin, capture_output=True, timeout=600, check=False,
            env={**os.environ, "DCF_ENGINE": engine.command, "PYTHONPATH": "", **environ},
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def gateway_image(engine):
    tag = f"{TAGS}/gateway"
    engine.build(tag, "--target", "gateway")
    yield tag
    engine.run("image", "rm", "-f", tag, check=False)


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """Its address; it is empty, and wants a login."""
    found = subprocess.run(
        ["sh", ENGINE, "registry"], check=False, capture_output=True, text=True, timeout=300
    )
    if found.returncode:
        pytest.skip(found.stderr.strip())
    home = tmp_path_factory.mktemp("registry")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    (home / "htpasswd").write_text(HTPASSWD)
    (home / "config.yml").write_text(CONFIG.format(home=home, address=address))
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [shutil.which("docker-registry"), "serve", home / "config.yml"], stdout=log, stderr=log
        )
    try:
        wait_for(lambda: status(f"http://{address}/v2/") == 401, home / "log")
        yield address
    finally:
        process.terminate()
        process.wait(30)


def wait_for(condition, log):
    limit = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < limit, log.read_text()
        time.sleep(0.1)


def status(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0


@pytest.fixture
def own_login(tmp_path, monkeypatch):
    """The engine's logins are this test's alone; `own_login(address, password)` writes one."""
    folder = tmp_path / "logins"
    folder.mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))

    def write(address, password):
        login = base64.b64encode(f"{USER}:{password}".encode()).decode()
        (folder / "config.json").write_text(json.dumps({"auths": {address: {"auth": login}}}))

    return write


def forget(engine, image):
    """Take every trace of an image away, so that only a pull brings it back."""
    for each in engine.run("images", "-q", image).stdout.split():
        engine.run("image", "rm", "-f", each)
    assert not engine.run("images", "-q", image).stdout
