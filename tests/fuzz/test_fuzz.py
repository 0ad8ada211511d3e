"""Every target takes its corpus and two thousand changed inputs, the same ones every time."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TARGETS = sorted(each.name for each in (HERE / "corpus").iterdir())
# An unpacked archive is a folder, which takes its time.
RUNS = {"archive": 300}


def fuzz(*arguments):
    return subprocess.run(
        [sys.executable, str(HERE / "fuzz.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_found(target):
    runs = RUNS.get(target, 2000)
    done = fuzz(target, "--runs", str(runs))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"and {runs} changed ones" in done.stdout


def test_every_target_has_a_corpus_and_every_corpus_a_target():
    found = {each.stem for each in (HERE / "targets").glob("*.py")} - {"__init__"}
    assert found == set(TARGETS)


def test_the_corpus_is_small():
    sizes = [each.stat().st_size for each in (HERE / "corpus").rglob("*") if each.is_file()]
    assert sum(sizes) < 300_000
    assert max(sizes) < 1 << 16


def planted(tmp_path, body):
    """A copy of the driver with a target of its own."""
    (tmp_path / "a" / "b" / "targets").mkdir(parents=True)
    folder = tmp_path / "a" / "b"
    (folder / "fuzz.py").write_bytes((HERE / "fuzz.py").read_bytes())
    (folder / "targets" / "__init__.py").touch()
    (folder / "targets" / "planted.py").write_text(
        f"WORDS = (b'magic',)\n\n\ndef one(data):\n{body}"
    )
    (folder / "corpus" / "planted").mkdir(parents=True)
    (folder / "corpus" / "planted" / "seed").write_bytes(b"0123456789")
    return subprocess.run(
        [sys.executable, str(folder / "fuzz.py"), "planted", "--runs", "2000"],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("    assert b'magic' not in data\n", "AssertionError"),
        ("    if len(data) > 12:\n        raise SystemExit(0)\n", "SystemExit"),
        ("    import time\n    end = time.process_time() + 2.5\n"
         "    while b'magic' in data and time.process_time() < end:\n        pass\n", "took 2."),
        ("    if b'magic' in data:\n"
         "        globals()['held'] = bytearray(b'x') * (300 << 20)\n", "MiB"),
    ],
    ids=["exception", "end of the process", "time", "memory"],
)  # fmt: skip
def test_what_none_may_do_is_found_and_kept(tmp_path, body, words):
    done = planted(tmp_path, body)
    assert "is a finding" in done.stdout
    assert words in done.stdout
    (kept,) = (tmp_path / ".cache" / "fuzz" / "planted").iterdir()
    name = f"crash-{hashlib.sha256(kept.read_bytes()).hexdigest()[:16]}"
    assert kept.name == name
