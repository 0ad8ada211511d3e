"""The gateway's image: functions are deployed to it from outside, and come back with its volume."""

import os
import subprocess
import sys
import uuid

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

CONFIG = """\
functions:
  shout:
    runtime: python3
    handler: {dir: ./src, file: handler.py, name: handle}
"""


def dcf(address, *arguments, folder, stdin=""):
    done = subprocess.run(
        [sys.executable, "-m", "dcf", *arguments, "-g", address],
        cwd=folder, input=stdin, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": "", "XDG_CONFIG_HOME": str(folder / "settings")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def login(address, folder):
    dcf(address, "login", "-u", "admin", "--password-stdin", folder=folder, stdin="let me in")


def test_without_a_password_it_does_not_start(engine, gateway_image):
    """Who may deploy runs code: that is for nobody by accident."""
    done = engine.run("run", "--rm", gateway_image, check=False, timeout=60)
    assert done.returncode == 1
    assert "--basic-auth" in done.stderr


def test_functions_are_deployed_to_it_and_come_back_with_its_volume(
    engine, gateway_image, tmp_path
):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/handler.py").write_text("def handle(body):\n    return body.upper()\n")
    (tmp_path / "config.yaml").write_text(CONFIG)
    passwords = tmp_path / "secrets"
    passwords.mkdir(mode=0o755)
    (passwords / "basic-auth-user").write_text("admin")
    (passwords / "basic-auth-password").write_text("let me in")
    volume = f"dcf-test-{uuid.uuid4().hex[:12]}"
    flags = (
        "-v", f"{volume}:/var/lib/dcf", "-v", f"{passwords}:/run/secrets:ro",
        "-e", "basic_auth=true", "--cap-drop", "ALL",
    )  # fmt: skip
    try:
        with engine.container(gateway_image, *flags) as (name, address):
            engine.wait_ready(name, address, path="/healthz")
            login(address, tmp_path)
            dcf(address, "function", "create", "-f", "config.yaml", folder=tmp_path)
            assert (
                dcf(address, "function", "call", "shout", folder=tmp_path, stdin="hello") == "HELLO"
            )
            assert engine.run("exec", name, "id", "-u").stdout.strip() == "10001"
            engine.run("stop", "-t", "30", name)
            assert engine.inspect(name, "{{.State.ExitCode}}") == "0"
        with engine.container(gateway_image, *flags) as (name, address):
            engine.wait_ready(name, address, path="/healthz")
            login(address, tmp_path)  # the engine has published another port
            dcf(address, "function", "ready", "shout", folder=tmp_path)
            assert (
                dcf(address, "function", "call", "shout", folder=tmp_path, stdin="again") == "AGAIN"
            )
    finally:
        engine.run("volume", "rm", "-f", volume, check=False)
