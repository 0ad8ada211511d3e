"""`ssd data push`, run as a person runs it."""

import json
from importlib.util import find_spec

import pytest

from models.datasets.digest import digest_of
from models.datasets.reading import read_data_set


@pytest.mark.lifecycle
def test_a_data_set_is_pushed_once(made, ssd, tmp_path):
    folder = made.write()
    first = ssd("push", "--dataset", folder, "--to", "place", "--licence", "CC0-1.0")
    assert first.returncode == 0, first.stderr
    digest = f"digest {digest_of(read_data_set(folder))}"
    assert first.stdout.splitlines() == ["place: 2 pictures, 2 of them moved", digest]
    again = ssd("push", "--dataset", folder, "--to", "place", "--licence", "CC0-1.0")
    assert again.stdout.splitlines() == ["place: 2 pictures, all there already, none moved", digest]
    told = json.loads((tmp_path / "cwd/place/data_set.json").read_text())
    assert f"digest {told['digest']}" == digest
    other = ssd("push", "--dataset", folder, "--to", "place")
    assert other.returncode == 1
    assert "otherwise named, (2 pictures" in other.stderr
    assert other.stderr.count("\n") == 1
    replaced = ssd("push", "--dataset", folder, "--to", "place", "--replace")
    assert "2 of them moved" in replaced.stdout


@pytest.mark.lifecycle
def test_a_bad_row_is_named_and_left_here(made, ssd):
    made.box(50, 30, 50, 50)
    done = ssd("push", "--dataset", made.write(), "--to", "place", "--max-bad", "1")
    assert done.returncode == 0, done.stderr
    assert "set aside 1 rows, first" in done.stderr
    assert "reaches outside the picture" in done.stderr


def test_without_its_libraries_a_line_says_how_to_get_them(made, ssd, tmp_path):
    if find_spec("pyarrow") is not None:
        pytest.skip("they are installed here")
    theirs = tmp_path / "cwd/theirs"
    theirs.mkdir()
    (theirs / "a.parquet").write_bytes(b"")
    pushed = ("push", "--dataset", made.write(), "--to", "place")
    for library, words in (
        ("pyarrow", pushed),
        ("pyarrow", ("pull", "--from", "theirs", "--out", "out")),
        ("s3fs", ("push", "--dataset", made.folder, "--to", "s3://bucket/x")),
    ):
        done = ssd(*words)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            f"Error: this needs {library}, which is not installed here: run "
            "`pip install 'dcf-detect[lifecycle]'`\n"
        )
