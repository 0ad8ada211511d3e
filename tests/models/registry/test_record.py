"""Records of this release, of a newer one, and of none."""

import json

import pytest

from models.registry.errors import RegistryError
from models.registry.record import ModelRecord, check_name, format_record, parse_record
from models.ssd.manifest import FileSpec

SPEC = FileSpec(sha256="0" * 64, bytes=7)
RECORD = ModelRecord(
    id="digits-1", digest="0" * 64, manifest=SPEC, files={"labels.txt": SPEC}, metrics={"mAP": 0.5}
)


def test_what_is_written_is_read():
    assert parse_record(format_record(RECORD), "here") == RECORD
    assert RECORD.size == 14
    assert list(RECORD.blobs) == ["manifest.json", "labels.txt"]


def test_what_a_newer_release_adds_is_kept():
    document = json.loads(format_record(RECORD)) | {"weather": {"sunny": True}}
    read = parse_record(json.dumps(document).encode(), "here")
    assert json.loads(format_record(read))["weather"] == {"sunny": True}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema_version": 2}, "schema_version 2, this release reads 1: upgrade"),
        ({"schema_version": 0}, "schema_version must be 1"),
        ({"digest": 7}, "here is not usable"),
        ({"files": {"a": {"sha256": "x", "bytes": 1}}}, "64 hexadecimal digits"),
    ],
)
def test_what_cannot_be_read_says_why(change, said):
    document = json.loads(format_record(RECORD)) | change
    with pytest.raises(RegistryError, match=said):
        parse_record(json.dumps(document).encode(), "here")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\x80\x04K\x01.", b"[" * 100_000])
def test_what_is_no_record(content):
    with pytest.raises(RegistryError, match="here is not usable"):
        parse_record(content, "here")


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".a", "A", "a b", "가", "-a", "a" * 101])
def test_names_that_cannot_be_files_everywhere(name):
    with pytest.raises(RegistryError, match=r"model .* must be 1 to 100 of a-z"):
        check_name(name, "model")
