"""dcf gateway backup and restore: a state in one file, whole or not at all, there and back."""

import json
import os
import shutil
import stat
import tarfile

import pytest
import requests
from click.testing import CliRunner

from dcf.cli import cli

TIMEOUT = 20


def run(verb, file, home):
    done = CliRunner().invoke(cli, ["gateway", verb, str(file), "--home", str(home)])
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def stopped(module_gateway, write_function, tmp_path_factory, wait_for):
    """The home of a gateway with a function that wants a secret, and a call that waits for it."""
    gateway = module_gateway
    secret = {"name": "token", "value": "xyzzy"}
    requests.post(f"{gateway.rest}/system/secrets", json=secret, timeout=TIMEOUT)
    config = write_function(tmp_path_factory.mktemp("f"))
    config.write_text(config.read_text() + "    secrets:\n      - token\n")
    gateway.deploy(config)
    url = f"{gateway.rest}/system/scale-function/echo"
    requests.post(url, json={"replicas": 0}, timeout=TIMEOUT)
    wait_for(lambda: not gateway.children())
    url = f"{gateway.rest}/async-function/echo"
    answer = requests.post(url, data=bytes(300_000), timeout=TIMEOUT)
    assert answer.status_code == 202
    gateway.end()
    return gateway.home


@pytest.fixture
def saved(stopped, tmp_path):
    """A backup of it."""
    file = tmp_path / "saved.tar"
    code, said = run("backup", file, stopped)
    assert code == 0, said
    assert "it holds secrets" in said
    return file


def test_a_gateway_on_what_was_restored_has_functions_secrets_and_calls_that_wait(
    saved, gateways, tmp_path, wait_for
):
    home = tmp_path / "home"
    assert run("restore", saved, home)[0] == 0
    gateway = gateways(home=home)
    listed = requests.get(f"{gateway.rest}/system/secrets", timeout=TIMEOUT).json()
    assert [each["name"] for each in listed] == ["token"]
    counts = requests.get(f"{gateway.rest}/system/queue", timeout=TIMEOUT).json()
    assert counts["waiting"] == 1
    url = f"{gateway.rest}/system/scale-function/echo"
    requests.post(url, json={"replicas": 1}, timeout=TIMEOUT)
    assert gateway.dcf("ready", "echo").returncode == 0
    assert gateway.dcf("call", "echo", stdin=b"hello").stdout == b"hello"
    queue = f"{gateway.rest}/system/queue"
    wait_for(lambda: requests.get(queue, timeout=TIMEOUT).json()["waiting"] == 0)


def test_the_file_and_what_comes_of_it_are_for_the_owner_alone(saved, tmp_path):
    home = tmp_path / "home"
    run("restore", saved, home)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "secrets" / "token").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "secrets").stat().st_mode) == 0o700
    assert (home / "secrets" / "token").read_text() == "xyzzy"


def test_what_is_there_already_is_never_written_over(saved, stopped, tmp_path):
    before = saved.read_bytes()
    code, said = run("backup", saved, stopped)
    assert (code, "is there already" in said) == (1, True)
    assert saved.read_bytes() == before
    home = tmp_path / "home"
    home.mkdir()
    (home / "mine").write_text("x")
    code, said = run("restore", saved, home)
    assert (code, "is not empty (it has mine)" in said) == (1, True)
    assert [each.name for each in home.iterdir()] == ["mine"]


def test_a_state_that_is_not_whole_is_not_backed_up(stopped, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(stopped, home)
    (archive,) = (home / "archives").iterdir()
    os.truncate(archive, 100)
    code, said = run("backup", tmp_path / "saved.tar", home)
    assert (code, "is damaged" in said, said.count("\n")) == (1, True, 1)
    assert list(tmp_path.glob("saved*")) == []


def cut(file):
    os.truncate(file, file.stat().st_size // 2)


def flip(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)


def add(name):
    def change(file):
        with tarfile.open(file, "w") as archive:
            member = tarfile.TarInfo(name)
            archive.addfile(member)

    return change


def link(file):
    with tarfile.open(file, "w") as archive:
        member = tarfile.TarInfo("secrets/token")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)


@pytest.mark.parametrize(
    "harm",
    [cut, flip, add("../out"), add("/etc/out"), add("secrets/.."), add("lock"), link, None],
    ids=["cut", "flipped", "above", "absolute", "dots", "other-name", "link", "no-tar"],
)
def test_what_is_no_whole_backup_leaves_nothing_behind(saved, tmp_path, harm):
    if harm is None:
        saved.write_text(json.dumps({"not": "a tar"}))
    else:
        harm(saved)
    home = tmp_path / "home"
    code, said = run("restore", saved, home)
    assert (code, said.count("\n")) == (1, 1), said
    assert [each.name for each in home.iterdir()] == ["lock"]
    assert not (tmp_path / "out").exists()


def test_one_that_was_interrupted_is_begun_again(saved, tmp_path):
    home = tmp_path / "home"
    (home / ".restoring" / "secrets").mkdir(parents=True)
    (home / ".restoring" / "secrets" / "half").write_text("x")
    assert run("restore", saved, home)[0] == 0
    assert not (home / ".restoring").exists()
    assert not (home / "secrets" / "half").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("ro,size=1m", "(Read-only file system): choose a folder that you may write to"),
        ("size=8k", "(No space left on device): make room on the disk"),
    ],
    ids=["read-only", "full"],
)
def test_a_disk_that_cannot_be_written_is_named_in_one_line(
    stopped, dcf, tmp_path, mounted, options, words
):
    whole = tmp_path / "whole.backup"
    assert run("backup", whole, stopped)[0] == 0
    folder = mounted(options)
    for line, place in (
        (("backup", folder / "b", "--home", stopped), "b"),
        (("restore", whole, "--home", folder / "new"), "new"),
    ):
        done = dcf("gateway", *line)
        assert (done.returncode, done.stdout) == (1, b"")
        (said,) = done.stderr.decode().splitlines()
        assert said.startswith(f"Error: {folder / place}")
        assert said.endswith(f" cannot be written {words}")
        files = [each.name for each in folder.rglob("*") if each.is_file()]
        assert set(files) <= {"lock"}  # an empty one says whose the folder is
