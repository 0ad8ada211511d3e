"""dcf login and logout against a gateway with a password."""

import json
import stat

import pytest


@pytest.fixture
def closed(gateways, tmp_path):
    """A gateway with a user and password, and a folder for the command's credentials."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "basic-auth-user").write_text("admin\n")
    (secrets / "basic-auth-password").write_text("s3cret\n")
    return gateways("--basic-auth", "--secret-mount-path", secrets)


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_login_is_checked_kept_for_its_owner_used_and_forgotten(
    dcf, closed, write_function, tmp_path, wire
):
    gateway, home = getattr(closed, wire), tmp_path / "config"
    config = write_function(tmp_path / "f")

    def run(*arguments, stdin=b""):
        return dcf(*arguments, "-g", gateway, stdin=stdin, XDG_CONFIG_HOME=str(home))

    refused = run("function", "list")
    assert refused.returncode == 1
    assert f"dcf login -g {gateway}" in refused.stderr.decode()
    wrong = run("login", "-s", stdin=b"wrong\n")
    assert (wrong.returncode, b"unable to login" in wrong.stderr) == (1, True)
    assert not home.exists()
    done = run("login", "--username", "admin", "--password-stdin", stdin=b"s3cret\n")
    assert done.returncode == 0, done.stderr.decode()
    (kept,) = (home / "dcf").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert list(json.loads(kept.read_text())["gateways"]) == [gateway]
    assert run("function", "create", "-f", config).returncode == 0
    assert run("function", "call", "echo", stdin=b"how").returncode == 0
    told = json.loads(run("function", "history", "echo", "--json").stdout)
    assert told[0]["by"] == "admin"
    assert run("logout").returncode == 0
    assert run("function", "list").returncode == 1
    assert run("logout").returncode == 1


def test_functions_are_never_sent_the_password(dcf, closed, write_function, tmp_path):
    code = "def handle(event, context):\n    return event.headers.get('Authorization') or 'none'\n"
    config = write_function(tmp_path / "f", "seen", code, name="handle")
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "DCF_GATEWAY": closed.rest}
    assert dcf("login", "-s", stdin=b"s3cret", **environ).returncode == 0
    assert dcf("function", "create", "-f", config, **environ).returncode == 0
    assert dcf("function", "call", "seen", stdin=b"x", **environ).stdout == b"none"


def test_a_password_is_asked_for_only_at_a_terminal(dcf, closed):
    done = dcf("login", "-g", closed.rest, stdin=b"s3cret")
    assert (done.returncode, b"--password-stdin" in done.stderr) == (2, True)


def test_a_broken_file_of_credentials_is_named(dcf, closed, tmp_path):
    folder = tmp_path / "dcf"
    folder.mkdir()
    (folder / "credentials.json").write_text("{")
    done = dcf("function", "list", "-g", closed.rest, XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 1
    assert str(folder / "credentials.json") in done.stderr.decode()
