"""`ssd data pull`, run as a person runs it."""

import pytest

from models.datasets.digest import digest_of
from models.datasets.reading import read_data_set

pytestmark = pytest.mark.lifecycle


def test_a_data_set_comes_back(made, ssd, tmp_path):
    folder = made.write()
    assert ssd("push", "--dataset", folder, "--to", "place").returncode == 0
    done = ssd("pull", "--from", "place", "--out", "out")
    assert done.returncode == 0, done.stderr
    digest = digest_of(read_data_set(tmp_path / "cwd/out"))
    assert done.stdout.splitlines() == ["out: 2 pictures, 0 rows set aside", f"digest {digest}"]
    assert digest == digest_of(read_data_set(folder))
    again = ssd("pull", "--from", "place", "--out", "out")
    assert again.returncode == 1
    assert again.stderr == "Error: out is not empty: choose another --out\n"


def test_every_bad_row_is_named(made, ssd, tmp_path):
    from models.datasets.exchange.columns import table_of
    from models.datasets.exchange.libraries import need

    data = read_data_set(made.write())
    table = table_of(data.pictures, data)
    pa = need("pyarrow")
    ids = pa.array([None, 2], pa.int64())
    (tmp_path / "cwd/theirs").mkdir()
    table = table.set_column(0, "image_id", ids)
    need("pyarrow.parquet").write_table(table, tmp_path / "cwd/theirs/a.parquet")
    refused = ssd("pull", "--from", "theirs", "--out", "out")
    assert refused.returncode == 1
    assert (
        "1 of 3 rows are bad, at most 1 % may be, first theirs/a.parquet: row 0" in refused.stderr
    )
    done = ssd("pull", "--from", "theirs", "--out", "out", "--max-bad", "100%")
    assert done.returncode == 0, done.stderr
    assert "set aside theirs/a.parquet: row 0: a.png: image_id null is no number\n" in done.stderr
    assert done.stdout.startswith("out: 1 pictures, 1 rows set aside\n")


def test_a_place_without_anything_is_named(ssd):
    done = ssd("pull", "--from", "nothing", "--out", "out")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: nothing has no data set: no data_set.json and no *.parquet\n"
