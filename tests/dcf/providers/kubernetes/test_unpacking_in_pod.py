"""The program that a pod begins with: parts become a folder, or the pod says why not."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

import dcf.providers.kubernetes.unpacking_in_pod as program
from dcf.archive import Entry, pack


@pytest.fixture
def archive(tmp_path):
    source = tmp_path / "source"
    (source / "src" / "deep").mkdir(parents=True)
    (source / "src" / "handler.py").write_text("def handle(body):\n    return body\n")
    (source / "src" / "deep" / "data.bin").write_bytes(bytes(range(256)) * 100)
    (source / "src" / "empty").write_text("")
    return pack(source, Entry("src", "handler.py", "handle"), (), ())


def keep(folder, data, size=7000):
    """Parts as a kubelet shows them: with links and a folder of its own beside them."""
    real = folder / "..2026"
    real.mkdir(parents=True)
    for number, start in enumerate(range(0, len(data), size)):
        (real / f"{number:04}").write_bytes(data[start : start + size])
        (folder / f"{number:04}").symlink_to(real / f"{number:04}")
    return folder


def run(*words):
    script = Path(program.__file__).read_text(encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", "-c", script, *map(str, words)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_parts_become_the_folder_that_they_were(tmp_path, archive):
    parts, folder = keep(tmp_path / "parts", archive.data), tmp_path / "unpacked" / archive.digest
    folder.parent.mkdir()
    for _ in range(2):  # a pod's containers may be started again
        done = run(archive.digest, parts, folder)
        assert (done.returncode, done.stderr) == (0, "")
        source = tmp_path / "source"
        for name in ("src/handler.py", "src/deep/data.bin", "src/empty"):
            assert (folder / name).read_bytes() == (source / name).read_bytes()
        assert list(folder.glob("src/__pycache__/handler.*.pyc"))
        assert [each.name for each in folder.parent.iterdir()] == [archive.digest]


def test_several_are_unpacked_in_a_row(tmp_path, archive):
    parts = keep(tmp_path / "parts", archive.data)
    words = [word for name in "ab" for word in (archive.digest, parts, tmp_path / name)]
    assert run(*words).returncode == 0
    assert (tmp_path / "a" / "src" / "empty").exists()
    assert (tmp_path / "b" / "src" / "empty").exists()


def test_what_is_not_what_its_name_says_is_not_unpacked(tmp_path, archive):
    parts, digest = keep(tmp_path / "parts", archive.data), hashlib.sha256(b"").hexdigest()
    done = run(digest, parts, tmp_path / "folder")
    assert done.returncode == 1
    assert f"has the sha256 {archive.digest}: upload it again" in done.stderr
    assert not (tmp_path / "folder").exists()
