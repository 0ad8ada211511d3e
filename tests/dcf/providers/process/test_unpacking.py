"""The program that unpacks: one line of JSON, whatever the archive is."""

import pytest

from dcf.archive import Entry, pack
from dcf.providers.process import unpacking
from tests.dcf.providers.process.programs import answer_of
from tests.dcf.providers.process.tars import member, tar_of


def came_to(source, target):
    """What the program says of an archive, as the gateway runs it."""
    return answer_of("-m", unpacking.__name__, source, target)


def packed(tmp_path, code):
    source = tmp_path / "code" / "src"
    source.mkdir(parents=True)
    (source / "handler.py").write_text(code)
    tar = tmp_path / "tar"
    tar.write_bytes(pack(source.parent, Entry("src", "handler.py", "handle"), (), ()).data)
    return tar


def test_code_is_unpacked_compiled_and_its_entry_told(tmp_path):
    tar, target = packed(tmp_path, "def handle(body):\n    return body\n"), tmp_path / "out"
    assert came_to(tar, target) == {"entry": ["src", "handler.py", "handle"], "note": ""}
    assert (target / "src" / "handler.py").read_text().startswith("def handle")
    assert list(target.rglob("handler.*.pyc"))


def test_what_is_left_uncompiled_is_noted(tmp_path):
    tar, target = packed(tmp_path, "x = (\n"), tmp_path / "out"
    answer = came_to(tar, target)
    assert answer["entry"] == ["src", "handler.py", "handle"]
    assert isinstance(answer["note"], str)
    assert not list(target.rglob("handler.*.pyc"))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"no tar at all", "cannot be unpacked"),
        (tar_of((member("../evil"), b"x")), "plain relative path"),
    ],
    ids=["no-tar", "leads-out"],
)
def test_a_refusal_is_a_fault_and_leaves_nothing(tmp_path, data, words):
    (tmp_path / "tar").write_bytes(data)
    answer = came_to(tmp_path / "tar", tmp_path / "out")
    assert set(answer) == {"fault"}
    assert words in answer["fault"]
    assert not (tmp_path / "out").exists()


COSTLY = """
import pathlib, sys
from dcf.providers.process import unpacking
unpacking.unpack = lambda source, target: bytearray(1 << 31)
unpacking.main(pathlib.Path(sys.argv[1]), pathlib.Path("nowhere"))
"""


def test_work_over_its_limit_is_a_fault(tmp_path):
    assert answer_of("-c", COSTLY, packed(tmp_path, "")) == {
        "fault": "the archive cannot be unpacked: it took over 512 MiB of memory"
    }


@pytest.mark.parametrize(("size", "niceness"), [(1 << 20, 0), ((1 << 20) + 1, 5)])
def test_a_large_one_lets_calls_go_first(tmp_path, monkeypatch, size, niceness):
    asked = []
    monkeypatch.setattr(unpacking, "_limit", asked.append)
    monkeypatch.setattr(
        unpacking, "confined", lambda *_: pytest.fail("it came that far") if not asked else 1 / 0
    )
    (tmp_path / "tar").write_bytes(bytes(size))
    with pytest.raises(ZeroDivisionError):
        unpacking.main(tmp_path / "tar", tmp_path / "out")
    assert asked == [niceness]
