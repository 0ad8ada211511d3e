"""config.yaml, as somebody else wrote it."""

import contextlib
import tempfile
from pathlib import Path

from dcf.config import load
from dcf.errors import ConfigError

WORDS = (
    b"functions:\n", b"  f:\n", b"    handler:\n", b"      dir: ", b"    environment:\n",
    b"environment_file", b"build_args", b"limits", b"include", b"&a ", b"*a", b"<<: *a", b"!!",
    b"!!python/object:", b"- ", b"{", b"[", b"? ", b"|\n", b">\n", b"'", b'"', b"0x", b"1:00",
    b"2001-01-01", b"\t", b"---\n", b"\xef\xbb\xbf", b"..",
)  # fmt: skip
_FOLDER = tempfile.TemporaryDirectory(prefix="fuzz-config-")
_FILE = Path(_FOLDER.name) / "config.yaml"


def one(data):
    _FILE.write_bytes(data)
    with contextlib.suppress(ConfigError):
        assert load(_FILE).functions
