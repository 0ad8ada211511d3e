"""A tar says how it is started and what it requires, without being unpacked."""

import io
import json
import tarfile

import pytest

from dcf.archive import MANIFEST, Entry, pack
from dcf.errors import ArchiveError
from dcf.providers.kubernetes.packed_code import Code, inspect


def tarred(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def manifest(**handler):
    return json.dumps({"handler": {"dir": "src", "file": "handler.py", "name": "f", **handler}})


@pytest.mark.parametrize("requirements", ["", "# nothing\n", "numpy\n"])
def test_what_the_command_packs_is_read(tmp_path, requirements):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "handler.py").write_text("f = str\n")
    (tmp_path / "src" / "requirements.txt").write_text(requirements)
    packed = pack(tmp_path, Entry("./src", "handler.py", "f"), (), ())
    wanted = "src/requirements.txt" if "numpy" in requirements else ""
    assert inspect(packed.data) == Code(Entry("./src", "handler.py", "f"), wanted)


def test_requirements_elsewhere_are_somebody_elses():
    data = tarred({MANIFEST: manifest().encode(), "requirements.txt": b"numpy"})
    assert inspect(data).requires == ""


def test_an_attachment_has_no_manifest():
    assert inspect(tarred({"weights": b"1"})) == Code()
    assert Code().as_data() == {}
    assert inspect(tarred({MANIFEST: manifest().encode()})).as_data() == {
        "dir": "src", "file": "handler.py", "name": "f",
    }  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [b"this is no tar", tarred({"../out": b""}), tarred({MANIFEST: b"{"}),
     tarred({MANIFEST: manifest(dir="..").encode()}),
     tarred({MANIFEST: manifest(dir="/etc").encode()}),
     tarred({MANIFEST: manifest(file="/etc/passwd").encode()}),
     tarred({MANIFEST: manifest(file="../../x.py").encode()})],
    ids=["no tar", "out", "no json", "dir out", "dir absolute", "file absolute", "file out"],
)  # fmt: skip
def test_what_may_not_be_is_refused(data):
    with pytest.raises(ArchiveError):
        inspect(data)
