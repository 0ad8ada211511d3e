"""Secrets lie in private files, reach the function that wants them, and show up nowhere else."""

import contextlib
import os
import shutil
import stat
from pathlib import Path

import pytest

from dcf.errors import InvalidRequest, StorageFailed
from dcf.providers.placement import FunctionSpec
from dcf.providers.process.process_usage import family
from dcf.providers.process.secret_files import Secrets
from dcf.providers.process.state_dir import StateDir
from dcf.providers.secret_rules import MAX_BYTES
from dcf.providers.stores import LogQuery

READS = """
import os
from pathlib import Path

FOLDER = Path(os.environ["SECRETS_DIR"])


def handle(body):
    names = sorted(path.name for path in FOLDER.iterdir())
    modes = [oct(path.stat().st_mode & 0o777) for path in (FOLDER, *FOLDER.iterdir())]
    same = os.environ["secret_mount_path"] == str(FOLDER)
    return f"{names} {(FOLDER / 'token').read_text()} {modes} {same}"
"""
NONE = "import os\n\n\ndef handle(body):\n    return str(os.environ.get('SECRETS_DIR'))\n"
VALUE = "xyzzy-7f3a"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def home(tmp_path):
    old = os.umask(0)  # the worst case
    with StateDir.claim(tmp_path / "home") as claimed:
        yield claimed
    os.umask(old)


def test_files_are_private_from_their_first_byte(home):
    secrets = Secrets(home)
    secrets.put("token", b"\x00\xff\n", replace=False)
    mount = secrets.mount(["token", "regcred"])
    assert (mode(home.secrets), mode(home.mounts), mode(mount)) == (0o700, 0o700, 0o700)
    for file in (home.secrets / "token", mount / "token"):
        assert mode(file) == 0o600
        assert file.read_bytes() == b"\x00\xff\n"
    assert secrets.names() == ["token"]


def test_a_folder_holds_just_what_was_wanted_and_goes_with_its_reader(home):
    secrets = Secrets(home)
    for name in ("a", "b", "c"):
        secrets.put(name, name.encode(), replace=False)
    mount = secrets.mount(["a", "b"])
    assert names(mount) == ["a", "b"]
    assert secrets.mount([]) is None
    secrets.unmount(mount)
    assert not mount.exists()
    secrets.put("a", b"later", replace=True)


def test_a_new_value_replaces_the_old_whole(home):
    secrets = Secrets(home)
    secrets.put("token", b"old", replace=False)
    mount = secrets.mount(["token"])
    with (mount / "token").open("rb") as reading:
        secrets.put("token", b"the new one", replace=True)
        assert reading.read() == b"old"
    assert (mount / "token").read_bytes() == b"the new one"
    assert names(mount) == ["token"]
    assert names(home.secrets) == ["token"]


def test_a_value_that_cannot_be_written_everywhere_is_changed_nowhere(home):
    secrets = Secrets(home)
    secrets.put("token", b"old", replace=False)
    mount, gone = secrets.mount(["token"]), secrets.mount(["token"])
    shutil.rmtree(gone)
    with pytest.raises(StorageFailed, match="secret token cannot be kept: "):
        secrets.put("token", b"new", replace=True)
    for folder in (home.secrets, mount):
        assert (folder / "token").read_bytes() == b"old"
        assert names(folder) == ["token"]


def test_a_value_has_a_limit(home):
    with pytest.raises(InvalidRequest, match="token"):
        Secrets(home).put("token", bytes(MAX_BYTES + 1), replace=False)
    assert names(home.secrets) == []


def test_what_a_killed_gateway_left_to_its_functions_is_removed(home):
    secrets = Secrets(home)
    secrets.put("token", b"x", replace=False)
    mount = secrets.mount(["token"])
    assert Secrets(home).names() == ["token"]
    assert not mount.exists()


def test_a_function_reads_its_secrets_and_follows_a_change(drive):
    async def steps(driven):
        for name, value in (("token", VALUE), ("other", "of others")):
            await driven.provider.stores.secrets.put(name, value.encode(), replace=False)
        await driven.deploy(READS, secrets=("token", "regcred"))
        assert await driven.call() == f"['token'] {VALUE} ['0o700', '0o600'] True"
        await driven.provider.stores.secrets.put("token", b"changed", replace=True)
        assert " changed " in await driven.call()

    drive(steps)
    assert names(drive.home / "run" / "secrets") == []
    assert names(drive.home / "secrets") == ["other", "token"]


def test_a_value_shows_up_nowhere(drive):
    async def steps(driven):
        await driven.provider.stores.secrets.put("token", VALUE.encode(), replace=False)
        await driven.deploy(READS, secrets=("token",))
        broken = FunctionSpec("f", await driven.image("raise OSError(1)\n"), secrets=("token",))
        await driven.provider.placement.update(broken)
        status = await driven.failed()
        lines = [line async for line in driven.provider.stores.logs.lines(LogQuery("f"))]
        listed = await driven.provider.placement.functions()
        past = await driven.provider.placement.history("f")
        assert VALUE not in repr(
            [status, lines, listed, past, await driven.provider.stores.secrets.names()]
        )
        for pid in family(os.getpid()):
            with contextlib.suppress(OSError):  # it ended while we looked
                assert VALUE.encode() not in Path(f"/proc/{pid}/environ").read_bytes()

    drive(steps)
    for path in drive.home.rglob("*"):
        if path.is_file() and path.parent != drive.home / "secrets":
            assert VALUE.encode() not in path.read_bytes()


def test_a_function_without_secrets_has_no_folder(drive):
    async def steps(driven):
        await driven.deploy(NONE, secrets=("regcred",))
        assert await driven.call() == "None"

    drive(steps)
