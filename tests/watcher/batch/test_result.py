"""Where the answer is kept, and that it is there as a whole or not at all."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from watcher.batch import result
from watcher.configuration import config
from watcher.errors import BadAnswer

ROOT = Path(__file__).parents[3]


def test_without_a_result_file_one_in_the_temporary_folder_is_used_again(begin, data, tmp_path):
    data.put("a.jpg", "text a")
    names = []
    for _ in range(2):
        run = begin(RESULT_FILE=None, TMPDIR=tmp_path)
        assert run.wait() == 0
        names.append(run.out.strip())
    assert names[0] == names[1]
    assert names[0].startswith(str(tmp_path / "answer-"))


def settings_of(**given):
    return config.read({}, {"DATA_PATH": "/data", **given})


def test_a_file_that_is_named_is_taken_from_here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert result.path_of(settings_of(RESULT_FILE="out/a.json")) == tmp_path / "out/a.json"


def test_each_folder_of_data_has_a_file_of_its_own(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    one, other = (result.path_of(settings_of(DATA_PATH=path)) for path in ("/a", "/b"))
    assert one.parent == other.parent == tmp_path
    assert one != other
    same = {result.path_of(settings_of(DATA_PATH=path)) for path in ("data", f"{tmp_path}/data")}
    assert len(same) == 1


def test_an_answer_replaces_what_is_there_and_is_nobody_elses(tmp_path):
    precious, path = tmp_path / "precious", tmp_path / "answer.json"
    precious.write_text("precious")
    path.symlink_to(precious)
    result.write(path, b"[1]")
    assert path.read_bytes() == b"[1]"
    assert not path.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o600
    assert precious.read_text() == "precious"
    assert {each.name for each in tmp_path.iterdir()} == {"precious", "answer.json"}


def test_a_link_in_place_of_the_draft_is_not_followed(tmp_path):
    precious, path = tmp_path / "precious", tmp_path / "answer.json"
    precious.write_text("precious")
    (tmp_path / f"answer.json.{os.getpid()}").symlink_to(precious)
    with pytest.raises(BadAnswer, match="File exists"):
        result.write(path, b"[1]")
    assert precious.read_text() == "precious"
    assert not path.exists()


def test_a_disk_that_fills_leaves_the_earlier_answer_and_no_draft(tmp_path):
    """The kernel itself refuses: in a process whose files may not grow."""
    path = tmp_path / "answer.json"
    path.write_bytes(b"earlier")
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from watcher.batch import result\n"
        "from watcher.errors import BadAnswer\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "try:\n"
        "    result.write(Path(sys.argv[1]), b'x' * 100)\n"
        "except BadAnswer as error:\n"
        "    print(error.message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, str(path)],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.stdout.startswith(f"cannot write RESULT_FILE {path}: File too large"), done.stderr
    assert path.read_bytes() == b"earlier"
    assert [each.name for each in tmp_path.iterdir()] == ["answer.json"]
