"""What `ssd` writes to a terminal cannot steer it; files and pipes get it as it is."""

import ast
import hashlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest

from models.commands.printing import visible, write_row
from models.ssd.bundle import EMBEDDED
from tests.terminal import seen

ROOT = Path(__file__).parents[3]
SSD = Path(sys.executable).with_name("ssd")
HOSTILE = "\x1b]0;t\x07\x1b[2J\u202e\u2066\u200b\x9b31m\x85\r\x08\x7f\u2028\ufeff"
UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Cs"}
# Format characters of scripts that are drawn: numbers' and verses' signs.
DRAWN = set(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)


def shown(*arguments):
    """Exit status and all that a terminal is given."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [SSD, *map(str, arguments)], stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True, env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(theirs)
    text, limit = b"", time.monotonic() + 60
    while time.monotonic() < limit:
        try:
            chunk = os.read(ours, 1 << 16)
        except OSError:  # how Linux tells that the other side is closed
            break
        if not chunk:
            break
        text += chunk
    os.close(ours)
    return process.wait(timeout=30), text.decode().replace("\r\n", "\n")


def steering(text):
    """What of it is neither seen, nor a line's end, nor our bold face."""
    text = re.sub(r"\x1b\[[01]m", "", text)
    return {each for each in text if each != "\n" and unicodedata.category(each) in UNSEEN}


@pytest.fixture
def picture(tmp_path):
    """A picture under a name that wants the terminal."""
    path = tmp_path / f"cup{HOSTILE}.jpg"
    shutil.copyfile(ROOT / "samples" / "coffee.jpg", path)
    return path


@pytest.fixture
def no_picture(tmp_path):
    path = tmp_path / f"text{HOSTILE}.jpg"
    path.write_text("text")
    return path


@pytest.fixture
def bundle(tmp_path):
    """The embedded model with a label that wants the terminal."""
    folder = tmp_path / "bundle"
    source = next(each for each in sorted(EMBEDDED.iterdir()) if (each / "labels.txt").is_file())
    shutil.copytree(source, folder)
    labels = (folder / "labels.txt").read_text().replace("cup\n", "cup\x1b[2J\u202e\n")
    (folder / "labels.txt").write_text(labels)
    manifest = json.loads((folder / "manifest.json").read_text())
    content = labels.encode()
    digest = hashlib.sha256(content).hexdigest()
    manifest["files"]["labels.txt"] |= {"sha256": digest, "bytes": len(content)}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_names_of_files_and_errors(picture, no_picture):
    for arguments in (["detect", picture], ["detect", picture, picture, "--json"]):
        code, text = shown(*arguments)
        assert (code, steering(text)) == (0, set())
        assert "1b]0;t" in text
    for arguments in (
        ["detect", no_picture], ["detect", f"{no_picture}x"], [HOSTILE],
        ["detect", f"--{HOSTILE}"], ["detect", "--bundle", HOSTILE, picture],
    ):  # fmt: skip
        code, text = shown(*arguments)
        assert code in {1, 2}
        assert steering(text) == set()
        assert "Traceback" not in text


def test_labels_and_errors_of_a_bundle(picture, bundle):
    code, text = shown("detect", "--bundle", bundle, picture)
    assert (code, steering(text)) == (0, set())
    assert "cup\\x1b[2J\\u202e" in text
    (bundle / "labels.txt").unlink()
    code, text = shown("detect", "--bundle", bundle, picture)
    assert (code, steering(text)) == (1, set())


def test_json_on_a_terminal_is_the_same_json(picture):
    _, text = shown("detect", picture, picture, "--json")
    assert [json.loads(line)["image"] for line in text.splitlines()] == [str(picture)] * 2


def test_a_pipe_gets_the_name_as_it_is(picture):
    done = subprocess.run(
        [SSD, "detect", picture, picture], capture_output=True, timeout=60, check=True
    )
    names = [json.loads(line)["image"] for line in done.stdout.splitlines()]
    assert names == [str(picture)] * 2
    assert "\u202e".encode() in done.stdout


def test_a_name_that_is_no_text_is_no_fault(tmp_path):
    path = os.fsencode(tmp_path) + b"/cup\xff.jpg"
    shutil.copyfile(ROOT / "samples" / "coffee.jpg", path)
    done = subprocess.run([SSD, "detect", path, path], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"cup\xff.jpg" in done.stdout
    code, text = shown("detect", os.fsdecode(path))
    assert (code, steering(text)) == (0, set())


def test_every_character_that_shows_nothing_is_written_out():
    for number in range(0x110000):
        each = chr(number)
        if each != "\t" and unicodedata.category(each) in UNSEEN and each not in DRAWN:
            assert visible(f"a{each}b") == "a" + each.encode("unicode_escape").decode() + "b"


@pytest.mark.parametrize(
    "text", ["", "plain", "컵 커피", "e\u0301", "a\tb", "\u3000", "⚠\ufe0f", "😀"]
)
def test_what_shows_stays_as_it_is(text):
    assert visible(text) == text


def test_all_that_verbs_write_goes_through_one_place():
    elsewhere = []
    for path in sorted((ROOT / "models" / "commands").rglob("*.py")):
        if path.name in {"printing.py", "progress.py"}:  # the latter writes words of its own alone
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            words = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if re.search(r"\becho$|\bsecho$|^print$|std(out|err)\b.*\bwrite|os\.write", words):
                elsewhere.append(f"{path.name}:{node.lineno}: {words}")
    assert elsewhere == []


@pytest.mark.parametrize("columns", [60, 40, 24])
def test_tables_fit_a_narrow_terminal(columns):
    photo = ROOT / "samples" / "coffee.jpg"
    command = (SSD, "detect", photo, "--threshold", "0.3")
    out, _ = seen(*command, columns=columns, seconds=60)
    title, *rows = out.splitlines()
    assert str(photo) in title
    assert "cup" in out
    assert max(map(len, rows)) <= columns
    wide, _ = seen(*command, columns=100, seconds=60)
    assert wide.split()[6:] == out.split()[6:]  # the time alone may differ


def test_a_row_of_a_pipe_is_never_broken(capsys):
    write_row("word " * 100)
    assert capsys.readouterr().out == "word " * 100 + "\n"
