"""Tars as nobody's `dcf` packs them, for the tests that unpack."""

import io
import tarfile

from dcf.archive import MANIFEST

GOOD = b'{"handler": {"dir": "src", "file": "handler.py", "name": "handle"}, "schema": 1}'


def member(name, kind=tarfile.REGTYPE, target=""):
    """A header."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def tar_of(*members, form=tarfile.PAX_FORMAT):
    """A tar of headers with their content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as tar:
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def code_of(files, **more):
    """A tar of a function: its manifest and files, text or bytes, by name."""
    contents = {MANIFEST: GOOD, **files}
    encoded = {n: c.encode() if isinstance(c, str) else c for n, c in contents.items()}
    return tar_of(*((member(name), data) for name, data in encoded.items()), **more)


def header(kind, content, size=None):
    """One header of any kind with its content, padded; `size` is what it claims."""
    info = member("header", kind)
    info.size = len(content) if size is None else size
    padding = b"\0" * (-len(content) % 512)
    return info.tobuf(tarfile.USTAR_FORMAT) + content + padding


def pax(**records):
    """An extended header; `GNU_sparse_map` stands for `GNU.sparse.map`."""
    content = b""
    for key, value in records.items():
        rest = f" {key.replace('_', '.')}={value}\n".encode()
        length = len(rest)
        while length != len(rest) + len(str(length)):
            length = len(rest) + len(str(length))
        content += str(length).encode() + rest
    return header(tarfile.XHDTYPE, content)
