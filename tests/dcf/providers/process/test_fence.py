"""What a fenced process can no longer do, as root and as a user without rights."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dcf.errors import CannotStart
from dcf.providers.process import fence
from dcf.providers.process.isolation import chosen

# As the supervisor does: by the file alone. A user other than root may not read this Python, so all
# is loaded before, and nothing else is started.
FENCED = """
import ctypes, os, socket, stat, sys
sys.path.append({folder!r})
import fence

os.chdir({home!r} + "/code/mine")
if {user}:
    os.setgroups([])
    os.setgid({user})
    os.setuid({user})
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as a process is that was started as this user
fence.enter({plan!r})


def refused(call, *words):
    try:
        call(*words)
    except OSError:
        return True
    return False


{code}
print("ok")
"""


@pytest.fixture(params=[fence.NAMESPACE, fence.LANDLOCK])
def mode(request, tmp_path):
    """Each that this machine has."""
    try:
        return chosen(request.param, tmp_path).mode
    except CannotStart:
        return pytest.skip(f"this machine has no {request.param}")


@pytest.fixture(params=["self", "nobody"])
def fenced(request, mode):
    """`fenced(code)` runs code behind a fence, as this user or as one without rights."""
    with TemporaryDirectory() as folder:  # where another user can get to, unlike `tmp_path`
        yield runner(request, mode, Path(folder))


def runner(request, mode, folder):
    user = 0 if request.param == "self" else 65533
    if user and os.geteuid():
        pytest.skip("only root can be somebody else")
    home, kept = folder / "home", folder / "kept"
    for name in ("code/mine", "code/other", "data"):
        (home / name).mkdir(parents=True)
    for path in (home / "secret", home / "code" / "other" / "a", home / "code" / "mine" / "a"):
        path.write_text("text")
    kept.mkdir()
    for each in (folder, home, *home.rglob("*"), kept):
        os.chown(each, user or os.geteuid(), user or os.getegid())
    lines = (f"h {home}", f"k {kept}", f"r {home / 'code' / 'mine'}", f"w {home / 'data'}")

    def run(code, check=True):
        text = FENCED.format(
            folder=str(Path(fence.__file__).parent), home=str(home), user=user,
            plan="\n".join((mode, *lines)), code=code.replace("HOME", repr(str(home))),
        )  # fmt: skip
        command = [sys.executable, "-I", "-S", "-c", text]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert not check or done.stdout.endswith("ok\n"), done.stderr
        return done

    run.user, run.home, run.kept = user or os.geteuid(), home, kept
    return run


def test_it_sees_its_own_and_nothing_else(fenced):
    fenced(
        "assert open('a').read() == open(HOME + '/code/mine/a').read() == 'text'\n"
        "assert refused(open, HOME + '/secret')\n"
        "assert refused(open, HOME + '/code/other/a')\n"
        "assert refused(open, 'a', 'r+')\n"
        "assert refused(open, 'b', 'x')\n"
        "assert refused(open, HOME + '/new', 'x')\n"
        "open(HOME + '/data/new', 'x').write('kept')\n"
        f"assert refused(open, {str(fenced.kept)!r} + '/new', 'x')\n"
    )
    assert (fenced.home / "data" / "new").read_text() == "kept"


def test_it_cannot_take_the_fence_away(fenced):
    fenced(
        "libc = ctypes.CDLL(None)\n"
        "for _ in range(2):\n"
        "    assert libc.umount2(HOME.encode(), 2)\n"
        "    assert libc.mount(b'none', HOME.encode(), b'tmpfs', 0, None)\n"
        "    assert libc.mount(b'/', HOME.encode(), None, 4096, None)\n"
        "    assert refused(open, HOME + '/secret')\n"
        "    libc.unshare(0x10020000)  # namespaces of its own, where it may more\n"
    )


def test_rights_that_lead_around_it_are_gone(fenced):
    fenced(
        "head = (ctypes.c_uint32 * 2)(0x20080522, 0)\n"
        "had = (ctypes.c_uint32 * 6)()\n"
        "ctypes.CDLL(None).capget(head, had)\n"
        "admin = had[0] >> 21 & 1\n"
        "assert not os.geteuid() <= 0 or not admin\n"
        "assert 'NoNewPrivs:\\t1' in open('/proc/self/status').read()\n"
        "node = '/dev/shm/' + str(os.getpid())\n"
        "assert refused(os.mknod, node, stat.S_IFBLK | 0o600, os.makedev(254, 0))\n"
        "assert refused(open, f'/proc/{os.getppid()}/environ')\n"
        "assert refused(os.readlink, f'/proc/{os.getppid()}/root')\n"
        "assert refused(open, '/proc/1/mem', 'rb')\n"
    )


def test_a_device_that_is_taken_away_meanwhile_is_no_fault(tmp_path):
    """Devices come and go by themselves; a replica must start at such a moment, too."""
    is_over = threading.Event()

    def come_and_go():
        while not is_over.is_set():
            for number in range(50):
                (tmp_path / f"node{number}").touch()
                (tmp_path / f"folder{number}").mkdir()
            for number in range(50):
                (tmp_path / f"node{number}").unlink()
                (tmp_path / f"folder{number}").rmdir()

    with ThreadPoolExecutor() as pool:
        work = pool.submit(come_and_go)
        try:
            found = [fence._block_devices(str(tmp_path)) for _ in range(500)]
        finally:
            is_over.set()
        work.result()
    assert found == [[]] * 500


def test_disks_are_not_read_past_their_files(fenced):
    def known():
        named = {f"/dev/{each.name}" for each in Path("/sys/block").iterdir()}
        return named & {str(each) for each in Path("/dev").iterdir()}

    before = known()
    disks = fence._block_devices("/dev")
    assert set(disks) >= before & known()  # others may come and go
    fenced(
        f"for path in {disks}:\n"
        "    assert refused(open, path, 'rb') or not open(path, 'rb').read(1)\n"
    )


def test_the_signals_of_a_fenced_process_stay_inside(fenced):
    if fence.landlock_abi() < fence.SIGNALS_ABI:
        pytest.skip("this kernel cannot refuse signals")
    fenced(
        "assert refused(os.kill, os.getppid(), 0)\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    import signal\n"
        "    signal.pause()\n"
        "os.kill(child, 9)\n"
        "assert os.waitpid(child, 0)[1] == 9\n"
    )


def test_files_are_moved_between_folders_as_before(fenced):
    fenced(
        "os.mkdir(HOME + '/data/one')\n"
        "open(HOME + '/data/one/file', 'x').close()\n"
        "os.rename(HOME + '/data/one/file', HOME + '/data/file')\n"
        "os.link(HOME + '/data/file', HOME + '/data/one/again')\n"
        "os.truncate(HOME + '/data/file', 0)\n"
        "os.mkfifo(HOME + '/data/fifo')\n"
        "socket.socket(socket.AF_UNIX).bind(HOME + '/data/s')\n"
    )


def test_a_plan_that_cannot_be_carried_out_starts_nothing(fenced):
    (fenced.home / "data").rmdir()
    done = fenced("print('started')", check=False)
    assert "started" not in done.stdout
    assert "No such file" in done.stderr
