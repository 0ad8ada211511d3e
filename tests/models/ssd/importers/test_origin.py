import hashlib

from models.ssd.importers import origin as module
from models.ssd.importers.origin import UNVERIFIED, read_origin


def test_digests_are_those_of_sha256sum_and_git(tmp_path):
    file = tmp_path / "hello"
    file.write_bytes(b"hello world\n")
    (digest,) = read_origin([file]).files
    assert digest.file == "hello"
    assert digest.bytes == 12
    # echo "hello world" | git hash-object --stdin
    assert digest.git_blob_sha1 == "3b18e512dba79e4c8300dd08aeb37f8e728b8dad"
    assert digest.sha256 == hashlib.sha256(b"hello world\n").hexdigest()


def test_an_unknown_file_is_unverified(tmp_path):
    file = tmp_path / "ssd_300_vgg.ckpt.zip"
    file.write_bytes(b"another")
    origin = read_origin([file])
    assert origin.verdict == UNVERIFIED == "unverified origin"
    assert [each.file for each in origin.files] == ["ssd_300_vgg.ckpt.zip"]


def test_the_published_file_is_known_by_its_content(tmp_path, monkeypatch):
    published = "1650a2ddbcb51351af4ad70ffe7a879301f5fdfe"
    assert module._KNOWN[published] == "the published ssd_300_vgg.ckpt.zip"
    file = tmp_path / "renamed.zip"
    file.write_bytes(b"hello world\n")
    monkeypatch.setattr(
        module, "_KNOWN", {"3b18e512dba79e4c8300dd08aeb37f8e728b8dad": module._KNOWN[published]}
    )
    assert read_origin([file]).verdict == "the published ssd_300_vgg.ckpt.zip"
    other = tmp_path / "other"
    other.write_bytes(b"")
    assert read_origin([file, other]).verdict == UNVERIFIED
