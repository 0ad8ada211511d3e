import secrets

import pytest

from models.datasets.errors import DataSetError
from models.datasets.exchange import files
from models.datasets.exchange.files import Files

pytestmark = pytest.mark.lifecycle


@pytest.fixture(params=["folder", "memory"])
def place(request, tmp_path):
    return Files(
        str(tmp_path / "a") if request.param == "folder" else f"memory://{secrets.token_hex(8)}"
    )


def test_a_file_comes_back_and_goes(place):
    assert place.read("x/y.bin") is None
    assert place.named(".bin") == {}
    place.write("x/y.bin", b"one")
    place.write("x/.y.bin.1.part", b"half")
    place.write("x/z.txt", b"")
    assert place.read("x/y.bin") == b"one"
    assert list(place.named(".bin")) == ["x/y.bin"]
    with place.opened("x/y.bin") as stream:
        assert stream.read() == b"one"
    place.remove("x/y.bin")
    assert place.read("x/y.bin") is None


def test_a_changed_file_has_another_version(place):
    place.write("a.bin", b"one")
    before = place.named(".bin")
    assert place.named(".bin") == before
    place.write("a.bin", b"three")
    assert place.named(".bin") != before


def test_a_large_file_that_should_describe_is_not_read(place, monkeypatch):
    place.write("a.json", b"12345")
    monkeypatch.setattr(files, "MOST_BYTES", 4)
    with pytest.raises(DataSetError, match=r"a\.json has more than 0 MB"):
        place.read("a.json")


def test_a_file_may_be_the_place(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"one")
    assert list(Files(str(tmp_path / "a.bin")).named(".bin")) == [""]


def test_what_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises((DataSetError, NotADirectoryError), match="file"):
        Files(str(tmp_path / "file")).write("x", b"")
    with pytest.raises(DataSetError, match="nowhere://x cannot be opened"):
        Files("nowhere://x")
    with pytest.raises(DataSetError, match=r"needs .*dcf-detect\[lifecycle\]"):
        Files("gs://bucket/x")
