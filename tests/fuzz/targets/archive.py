"""A function's archive, unpacked: whole or not at all, and nothing beside its folder."""

import contextlib
import shutil
import tempfile
from pathlib import Path

from dcf.errors import ArchiveError
from dcf.providers.packed.unpack import unpack

WORDS = (
    b"ustar\x0000", b"ustar  \0", b"../", b"/etc/passwd", b".dcf-function.json", b"././@LongLink",
    b"././@PaxHeader", b"30 path=../../x\n", b"22 GNU.sparse.major=1\n", b"20 size=99999999\n",
    b"\x80\0\0\0\0\0\0\0\0\0\0\1", b"7777777\0", b"\0" * 512,
    b'{"handler": {"dir": "..", "file": "x"',
)  # fmt: skip
_FOLDER = tempfile.TemporaryDirectory(prefix="fuzz-archive-")
_SOURCE, _TARGET = Path(_FOLDER.name) / "a.tar", Path(_FOLDER.name) / "a"


def one(data):
    _SOURCE.write_bytes(data)
    try:
        with contextlib.suppress(ArchiveError):
            unpack(_SOURCE, _TARGET)
            assert _TARGET.is_dir()
            assert not any(each.is_symlink() for each in _TARGET.rglob("*"))
        assert {each.name for each in Path(_FOLDER.name).iterdir()} <= {"a.tar", "a"}
    finally:
        shutil.rmtree(_TARGET, ignore_errors=True)
