"""`ssd data unpack`, run as a person runs it."""

import zipfile


def test_a_zip_becomes_a_folder(ssd, tmp_path):
    with zipfile.ZipFile(tmp_path / "train.zip", "w") as opened:
        opened.writestr("train/images/경기도.png", b"1")
    done = ssd("unpack", tmp_path / "train.zip", "--out", tmp_path / "train")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{tmp_path / 'train'}: 1 files\n"
    assert (tmp_path / "train/images/경기도.png").read_bytes() == b"1"


def test_one_line_says_what_is_wrong(ssd, tmp_path):
    (tmp_path / "train.zip").write_text("no zip")
    done = ssd("unpack", tmp_path / "train.zip", "--out", tmp_path / "train")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "is no zip, or is damaged" in line
