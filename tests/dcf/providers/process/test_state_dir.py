"""The state folder is its owner's alone, or the gateway does not start; each time one line."""

import asyncio
import os
import stat
import subprocess
import sys

import pytest

from dcf.errors import CannotStart
from dcf.providers.process.provider import ProcessProvider
from dcf.providers.process.secret_files import Secrets
from dcf.providers.process.state_dir import StateDir

NOBODY = 65534
FOLDERS = ("archives", "code", "overlays", "logs", "run", "secrets")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files away")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def refused(path):
    """The one line of a refusal."""
    with pytest.raises(CannotStart) as caught:
        StateDir.claim(path).release()
    assert "\n" not in caught.value.message
    return caught.value.message


def test_a_new_folder_is_private_whatever_the_mask(tmp_path):
    usual = os.umask(0)
    try:
        with StateDir.claim(tmp_path / "home") as home:
            assert {mode(home.path), *(mode(home.path / each) for each in FOLDERS)} == {0o700}
    finally:
        os.umask(usual)


def test_a_folder_that_was_open_is_tightened_and_that_is_said(tmp_path, caplog):
    with StateDir.claim(tmp_path / "home") as home:
        Secrets(home).put("token", b"x", replace=False)
    for path in (home.path, home.secrets, home.logs):
        path.chmod(0o755)
    (home.secrets / "token").chmod(0o664)
    with StateDir.claim(tmp_path / "home"):
        assert {mode(each) for each in (home.path, home.secrets, home.logs)} == {0o700}
        assert mode(home.secrets / "token") == 0o600
    assert f"{home.secrets / 'token'} was open to others (0664): now 0600" in caplog.text
    caplog.clear()
    with StateDir.claim(tmp_path / "home"):
        assert not caplog.text


def test_what_a_link_among_the_secrets_leads_to_is_not_touched(tmp_path):
    (tmp_path / "key").write_text("x")
    (tmp_path / "key").chmod(0o644)
    with StateDir.claim(tmp_path / "home") as home:
        (home.secrets / "key").symlink_to(tmp_path / "key")
        (home.secrets / "gone").symlink_to(tmp_path / "gone")
    with StateDir.claim(tmp_path / "home"):
        assert mode(tmp_path / "key") == 0o644


@needs_root
@pytest.mark.parametrize("part", [".", "secrets", "secrets/token", "logs"])
def test_what_belongs_to_somebody_else_is_refused(tmp_path, part):
    with StateDir.claim(tmp_path / "home") as home:
        (home.secrets / "token").touch()
    os.chown(home.path / part, NOBODY, NOBODY)
    said = f"{(home.path / part).resolve()} belongs to user 65534, and this gateway runs as 0"
    assert said in refused(tmp_path / "home")


@pytest.mark.parametrize(("bits", "fine"), [(0o757, False), (0o755, True), (0o1777, True)])
def test_nobody_else_may_be_able_to_replace_it(tmp_path, bits, fine):
    (tmp_path / "open" / "below").mkdir(parents=True)
    (tmp_path / "open").chmod(bits)
    home = tmp_path / "open" / "below" / "home"
    if fine:
        StateDir.claim(home).release()
    else:
        said = refused(home)
        assert said.startswith(f"others can change {tmp_path / 'open'} (0757), and so replace")
        assert f"chmod go-w {tmp_path / 'open'}" in said


@needs_root
def test_a_parent_that_a_foreign_group_can_change_is_refused(tmp_path):
    (tmp_path / "team").mkdir()
    os.chown(tmp_path / "team", 0, NOBODY)
    (tmp_path / "team").chmod(0o775)
    assert "(0775), and so replace" in refused(tmp_path / "team" / "home")


@pytest.mark.parametrize("name", FOLDERS)
def test_a_file_in_the_place_of_a_folder_is_one_line(tmp_path, name):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / name).touch()
    assert f"{tmp_path / 'home' / name} is no folder: move it away" in refused(tmp_path / "home")


@pytest.mark.parametrize("part", ["run/secrets", "functions.db", "lock"])
def test_the_wrong_kind_of_file_deeper_in_is_one_line_too(tmp_path, part):
    path = tmp_path / "home" / part
    path.parent.mkdir(parents=True)
    if part == "run/secrets":
        path.touch()
    else:
        path.mkdir()

    async def start():
        await ProcessProvider(tmp_path / "home").start()

    with pytest.raises(CannotStart, match="cannot be used") as caught:
        asyncio.run(start())
    assert "\n" not in caught.value.message
    if part != "lock":
        path.rename(tmp_path / "aside")
        StateDir.claim(tmp_path / "home").release()  # nobody holds it any more


def test_a_person_sees_that_line_and_no_traceback(tmp_path):
    (tmp_path / "home").mkdir(mode=0o700)
    (tmp_path / "home" / "secrets").touch()
    command = [sys.executable, "-m", "dcf", "gateway", "start", "--port", "0", "--grpc-port", "0"]
    done = subprocess.run(
        [*command, "--home", str(tmp_path / "home")], capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"{tmp_path / 'home' / 'secrets'} is no folder" in done.stderr
