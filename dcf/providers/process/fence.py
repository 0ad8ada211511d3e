"""Shuts the process that it runs in, and all that it will start, out of what is not its function's.

It is given a plan, one line a path behind a letter: `h` hidden, `k` kept as it is (read-only), `r`
and `w` shown in what is hidden, to read and to write. The first line is the mode:

namespace   a mount namespace, in which an empty folder lies over what is hidden
landlock    no namespace: the kernel refuses by path, so what is hidden cannot even be opened

In both, Landlock keeps processes from looking into others (their /proc, their memory) and, from
Linux 6.12 on, from sending them signals; root gives up what would lead around all this. Like the
supervisor, which loads this file by its path, it imports nothing that takes time.
"""

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterable

NAMESPACE, LANDLOCK = "namespace", "landlock"
HIDDEN, KEPT, SHOWN, OWN = "h", "k", "r", "w"
LEAST_ABI, TRUNCATE_ABI, SIGNALS_ABI = 2, 3, 6

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF, _MOUNT_SETATTR = 444, 445, 446, 442
_ABI_QUESTION, _PATH_BENEATH, _SCOPE_SIGNAL = 1, 1, 2
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_MAKE_CHAR, _MAKE_BLOCK, _REFER, _TRUNCATE = 1 << 6, 1 << 11, 1 << 13, 1 << 14
_DEVICES = _MAKE_CHAR | _MAKE_BLOCK
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_READING = _EXECUTE | _READ_FILE | _READ_DIR
_NO_NEW_PRIVILEGES = 38
_NEW_MOUNTS, _NEW_USER = 0x20000, 0x10000000
_NOSUID, _NODEV, _BIND, _REC, _SLAVE = 2, 4, 4096, 16384, 1 << 19
_AT_RECURSIVE, _READ_ONLY = 0x8000, 1
# What a container's root has in Docker, without device nodes, and with memory that a GPU pins:
# chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, net_bind_service, net_raw,
# ipc_lock, sys_chroot, audit_write, setfcap.
_CAPABILITIES = sum(1 << each for each in (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 14, 18, 29, 31))
_CAPABILITY_VERSION = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)


def landlock_abi() -> int:
    """Landlock's version in this kernel; 0 where there is none, or it is forbidden."""
    abi: int = _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ABI_QUESTION)
    return max(0, abi)


def enter(plan: str) -> None:
    """Carry out a plan; nothing undoes it. Raises `OSError` where the machine cannot."""
    mode, *lines = plan.split("\n")
    paths: dict[str, list[str]] = {HIDDEN: [], KEPT: [], SHOWN: [], OWN: []}
    for line in lines:
        paths[line[0]].append(line[2:])
    # On these everything can be read, by root.
    devices = [] if os.geteuid() else _block_devices("/dev")
    _done(_libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    abi = landlock_abi()
    if mode == NAMESPACE:
        _mount(paths, devices)
        with _Ruleset(_DEVICES | _REFER, abi) as rules:
            rules.allow("/", _REFER)
    else:
        handled = (1 << 14) - 1 | (_TRUNCATE if abi >= TRUNCATE_ABI else 0)
        with _Ruleset(handled, abi) as rules:
            _by_path(rules, paths, {*paths[HIDDEN], *devices}, handled & ~_DEVICES)
    if not os.geteuid():
        _give_up_capabilities()


def _mount(paths: dict[str, list[str]], devices: list[str]) -> None:
    """Enter a mount namespace that shows what it may."""
    if os.geteuid():
        _own_user_namespace()
    else:
        _done(_libc.unshare(_NEW_MOUNTS))
    _done(_libc.mount(None, b"/", None, _REC | _SLAVE, None))
    here = os.getcwd()  # noqa: PTH109 # pathlib takes 4 ms to import
    shown = [(os.open(path, os.O_PATH | os.O_DIRECTORY), path) for path in paths[SHOWN]]
    own = [(os.open(path, os.O_PATH | os.O_DIRECTORY), path) for path in paths[OWN]]
    for path in paths[KEPT]:
        _bind(path, path)
        _read_only(path)
    covered = []
    for path in paths[HIDDEN]:
        if os.path.isdir(path):  # noqa: PTH112 # as above
            name = os.fsencode(path)
            options = b"mode=0755,size=1m"
            _done(_libc.mount(b"tmpfs", name, b"tmpfs", _NOSUID | _NODEV, options))
            covered.append(path)
        else:
            _bind(os.devnull, path)
    for path in devices:
        with contextlib.suppress(FileNotFoundError):  # it was taken away meanwhile
            _bind(os.devnull, path)
    for handle, path in (*shown, *own):
        os.makedirs(path, 0o755, exist_ok=True)  # noqa: PTH103 # as above
        _bind(f"/proc/self/fd/{handle}", path)
        os.close(handle)
    for path in (*(path for _, path in shown), *covered):
        _read_only(path, 0 if path in covered else _AT_RECURSIVE)
    os.chdir(here)  # it was the folder below what lies over it now


def _own_user_namespace() -> None:
    """Enter namespaces of a user who may mount there, and is nobody else than before."""
    user, group = os.geteuid(), os.getegid()
    _done(_libc.unshare(_NEW_MOUNTS | _NEW_USER))
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        handle = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(handle, text.encode())
        os.close(handle)


def _bind(source: str, target: str) -> None:
    names = os.fsencode(source), os.fsencode(target)
    _done(_libc.mount(*names, None, _BIND | _REC, None))


def _read_only(path: str, flags: int = _AT_RECURSIVE) -> None:
    attributes = (ctypes.c_uint64 * 4)(_READ_ONLY, 0, 0, 0)
    name, size = os.fsencode(path), ctypes.c_size_t(32)
    _done(_libc.syscall(_MOUNT_SETATTR, -100, name, flags, ctypes.byref(attributes), size))


class _Ruleset:
    """What Landlock will refuse; in force for this thread when the block ends well."""

    def __init__(self, handled: int, abi: int) -> None:
        # Fields that an older kernel does not know must be left out.
        scoped = _SCOPE_SIGNAL if abi >= SIGNALS_ABI else 0
        fields = [handled, 0, scoped] if scoped else [handled]
        attributes = (ctypes.c_uint64 * len(fields))(*fields)
        size, self._handled = ctypes.c_size_t(8 * len(fields)), handled
        self._handle = _done(
            _libc.syscall(_CREATE_RULESET, ctypes.byref(attributes), size, 0),
        )

    def allow(self, path: str, rights: int) -> None:
        """Let these be, at a path and below it."""
        handle = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if os.fstat(handle).st_mode & 0o170000 != 0o040000:  # by now another may be there
                rights &= _OF_FILES
            rule = (rights & self._handled).to_bytes(8, sys.byteorder) + handle.to_bytes(
                4, sys.byteorder
            )
            _done(_libc.syscall(_ADD_RULE, self._handle, _PATH_BENEATH, rule, 0))
        finally:
            os.close(handle)

    def __enter__(self) -> "_Ruleset":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            _done(_libc.syscall(_RESTRICT_SELF, self._handle, 0))
        os.close(self._handle)


def _by_path(
    rules: _Ruleset, paths: dict[str, list[str]], hidden: set[str], everything: int
) -> None:
    """Allow what is not hidden: Landlock knows no exceptions, so all that lies beside it."""
    kept = {*paths[KEPT], "/proc"}
    above_hidden, above_kept = _above(hidden), _above(kept)

    def allow(path: str, *, is_kept: bool) -> None:
        is_kept = is_kept or path in kept
        if path in hidden:
            return
        if path in above_hidden or (path in above_kept and not is_kept):
            for each in _listed(path):
                if not os.path.islink(each):  # noqa: PTH114 # as above
                    allow(each, is_kept=is_kept)
        else:
            try:
                rules.allow(path, _READING if is_kept else everything)
            except (FileNotFoundError, NotADirectoryError):  # it has just gone
                return

    allow("/", is_kept=False)
    for path in paths[SHOWN]:
        rules.allow(path, _READING)
    for path in paths[OWN]:
        rules.allow(path, everything)


def _above(paths: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        parts = path.split("/")
        found.update("/".join(parts[:count]) or "/" for count in range(1, len(parts)))
    return found


def _listed(path: str) -> list[str]:
    try:
        return [f"{path.rstrip('/')}/{name}" for name in os.listdir(path)]  # noqa: PTH208 # as above
    except OSError:  # not ours to list: then nothing in it is ours
        return []


def _block_devices(folder: str) -> list[str]:
    found = []
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for each in entries:
            # A disk may be taken away while we look: then there is nothing to hide.
            with contextlib.suppress(FileNotFoundError):
                mode = each.stat(follow_symlinks=False).st_mode
                if mode & 0o170000 == 0o060000:
                    found.append(each.path)
                elif mode & 0o170000 == 0o040000 and each.name not in {"shm", "pts", "mqueue"}:
                    found.extend(_block_devices(each.path))
    return found


def _give_up_capabilities() -> None:
    """Keep those that lead nowhere else; no program that is started gets more than these."""
    head = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    had = (ctypes.c_uint32 * 6)()
    _done(_libc.capget(ctypes.byref(head), ctypes.byref(had)))
    left = had[1] & _CAPABILITIES  # all of them are in the first half
    kept = (ctypes.c_uint32 * 6)(left, left)
    _done(_libc.capset(ctypes.byref(head), ctypes.byref(kept)))


def _done(result: int) -> int:
    """What a call gave, unless it failed."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _main(plan: str, *words: str) -> None:
    """Run a program behind the fence, or say why that cannot be; without one, just try."""
    try:
        enter(plan)
        if words:
            os.execv(words[0], words)  # noqa: S606 # that is what it is for
    except OSError as fault:
        sys.exit(f"it cannot be shut out of the gateway's state: {fault.strerror}")


if __name__ == "__main__":
    _main(*sys.argv[1:])
