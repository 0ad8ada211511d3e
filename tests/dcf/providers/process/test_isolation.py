"""Which isolation is chosen, what it is told, and that one that cannot be had is said."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dcf.errors import CannotStart
from dcf.providers.process import fence, isolation
from dcf.providers.process.isolation import AUTO, NONE, Isolation, chosen


def test_none_is_told_and_shuts_nobody_out(tmp_path):
    found = chosen(NONE, tmp_path)
    assert (str(found), found.plan([tmp_path], tmp_path)) == ("none", "")


def test_the_best_that_is_here_is_taken(tmp_path):
    here = []
    for mode in (fence.NAMESPACE, fence.LANDLOCK):
        try:
            here.append(chosen(mode, tmp_path).mode)
        except CannotStart:
            continue
    found = chosen(AUTO, tmp_path)
    assert found.mode == (here or [NONE])[0]
    assert bool(found.why) == (not here)


def test_a_plan_names_what_is_hidden_kept_and_shown(tmp_path):
    home, key = tmp_path / "home", tmp_path / "key.pem"
    home.mkdir()
    key.touch()
    found = chosen(AUTO, home, [key, home / "inside", tmp_path / "none"])
    if found.mode == NONE:
        pytest.skip("this machine has no isolation")
    lines = found.plan([home / "code"], home / "own", home / "data").split("\n")
    assert lines[0] == found.mode
    assert [each[2:] for each in lines if each[0] == fence.HIDDEN] == [str(home), str(key)]
    assert [each[2:] for each in lines if each[0] == fence.OWN] == [
        str(home / "own"), str(home / "data"),
    ]  # fmt: skip
    assert f"r {home / 'code'}" in lines
    kept = [Path(each[2:]) for each in lines if each[0] == fence.KEPT]
    assert any(Path(sys.executable).resolve().is_relative_to(each) for each in kept)
    assert any(Path(fence.__file__).is_relative_to(each) for each in kept)


# An older kernel, or a container that forbids it: the question for Landlock's version is refused.
WITHOUT = """
import sys
from pathlib import Path
from dcf.errors import CannotStart
from dcf.providers.process import fence, isolation

fence.landlock_abi = lambda: int(sys.argv[1])
for wanted in isolation.MODES:
    try:
        print(wanted, isolation.chosen(wanted, Path(sys.argv[2])))
    except CannotStart as fault:
        print(wanted, f"REFUSED {fault}")
"""


@pytest.mark.parametrize("abi", [0, 1])
def test_without_landlock_auto_is_none_and_another_wish_is_refused_in_one_line(tmp_path, abi):
    command = [sys.executable, "-c", WITHOUT, str(abi), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert (said[AUTO], said[NONE]) == ("none", "none")
    for mode in (fence.NAMESPACE, fence.LANDLOCK):
        assert said[mode].startswith(f"REFUSED isolation {mode} is not to be had on this machine")
        assert "Linux 5.19" in said[mode]
        assert "DCF_ISOLATION" in said[mode]


def test_what_the_kernel_lacks_is_said():
    assert str(Isolation(fence.NAMESPACE)) == "namespace"
    assert str(Isolation(fence.LANDLOCK, ("signals", "truncate"))) == (
        "landlock (without signals, truncate)"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="gives up root's rights")
def test_root_without_the_right_to_mount_has_landlock(tmp_path):
    """As in Docker: in the bounding set there is no CAP_SYS_ADMIN."""
    if not fence.landlock_abi():
        pytest.skip("this kernel has no Landlock")
    code = (
        "import ctypes, sys; from pathlib import Path\n"
        "libc = ctypes.CDLL(None)\n"
        "head, had = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()\n"
        "libc.capget(head, had)\n"
        "less = had[1] & ~(1 << 21)\n"
        "assert not libc.prctl(24, 21, 0, 0, 0)\n"
        "assert not libc.capset(head, (ctypes.c_uint32 * 6)(less, less, 0, had[3], had[3], 0))\n"
        "from dcf.providers.process.isolation import chosen\n"
        "print(chosen('auto', Path(sys.argv[1])).mode)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == fence.LANDLOCK
    assert isolation.MODES[0] == AUTO
