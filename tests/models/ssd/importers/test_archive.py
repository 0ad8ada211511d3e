import zipfile

import pytest

from models.ssd.importers import archive as module
from models.ssd.importers.archive import extract, is_archive, member_names
from models.ssd.importers.errors import UnreadableModel


@pytest.fixture
def zipped(tmp_path):
    def make(name="model.zip", compression=zipfile.ZIP_STORED, **members):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", compression) as archive:
            archive.mkdir("folder")
            for member, content in members.items():
                archive.writestr(member, content)
        return path

    return make


def test_members_come_out_under_other_names(zipped, tmp_path):
    path = zipped(a=b"one", b=b"two")
    assert member_names(path) == ["a", "b"]
    extract(path, {"b": tmp_path / "plain"})
    assert (tmp_path / "plain").read_bytes() == b"two"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["model.zip", "plain"]


@pytest.mark.parametrize(
    ("name", "content", "verdict"),
    [
        ("a.zip", b"cut", True), ("a.ZIP", b"", True), ("a.bin", b"PK\x03\x04 and more", True),
        ("a.bin", b"PK", False), ("a.ckpt", b"", False),
    ],
)  # fmt: skip
def test_what_is_meant_to_be_an_archive(tmp_path, name, content, verdict):
    (tmp_path / name).write_bytes(content)
    assert is_archive(tmp_path / name) is verdict


def test_more_than_a_checkpoint_can_have_is_not_unpacked(zipped, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_LARGEST", 1000)
    path = zipped(a=b"x" * 600, b=b"x" * 401, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(UnreadableModel, match="holds 1001 bytes of checkpoint, allowed are 1000"):
        extract(path, {"a": tmp_path / "a", "b": tmp_path / "b"})
    assert not (tmp_path / "a").exists()
    extract(path, {"a": tmp_path / "a"})


@pytest.mark.parametrize("harm", ["cut", "flipped", "no member"])
def test_damage_is_one_error(zipped, tmp_path, harm):
    path = zipped(a=b"x" * 5000)
    content = bytearray(path.read_bytes())
    if harm == "cut":
        del content[-30:]
    elif harm == "flipped":
        content[2000] ^= 1
    path.write_bytes(content)
    with pytest.raises(UnreadableModel, match="is a damaged zip archive"):
        extract(path, {"b" if harm == "no member" else "a": tmp_path / "a"})


def test_a_password_is_told(zipped, tmp_path):
    path = zipped(a=b"secret")
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.rindex(signature) + offset
        content[place] |= 1  # "encrypted"
    path.write_bytes(content)
    with pytest.raises(UnreadableModel, match=r"cannot be unpacked: .*password"):
        extract(path, {"a": tmp_path / "a"})
