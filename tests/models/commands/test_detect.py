"""`ssd detect` run as a person runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.terminal import seen

ROOT = Path(__file__).parents[3]
SSD = Path(sys.executable).with_name("ssd")
CUP = ROOT / "samples/coffee.jpg"
CAT = ROOT / "samples/chelsea.jpg"


def ssd(*arguments, stdin=b""):
    return subprocess.run(
        [SSD, *map(str, arguments)], input=stdin, capture_output=True, timeout=60, check=False
    )


def test_json_when_piped():
    result = ssd("detect", CUP)
    assert result.returncode == 0
    assert result.stderr == b""
    assert [entry["class"] for entry in json.loads(result.stdout)] == ["cup", "dining table"]


def test_several_pictures_answer_a_line_each():
    lines = ssd("detect", CUP, CAT).stdout.splitlines()
    assert [json.loads(line)["image"] for line in lines] == [str(CUP), str(CAT)]
    assert json.loads(lines[1])["detections"][0]["class"] == "cat"


def test_standard_input():
    result = ssd("detect", "-", stdin=CAT.read_bytes())
    assert json.loads(result.stdout)[0]["class"] == "cat"


def test_a_table_on_a_terminal():
    shown, _ = seen(SSD, "detect", CUP, seconds=60)
    assert "2 objects" in shown
    assert "dining table" in shown
    assert "[{" not in shown


def test_options_reach_the_detector():
    found = json.loads(ssd("detect", CUP, "--threshold", "0.1", "--classes", "spoon,cup").stdout)
    assert {entry["class"] for entry in found} <= {"spoon", "cup"}
    assert any(entry["class"] == "cup" for entry in found)


def test_tiles_show_a_small_object(tmp_path):
    """Small copies of a photo on a sheet are too small for a look at the whole."""
    sheet = Image.new("RGB", (960, 480), "white")
    with Image.open(CAT) as photo:
        small = photo.resize((160, 106))
    for place in range(0, 24, 3):
        sheet.paste(small, (place % 6 * 160, place // 6 * 120))
    sheet.save(tmp_path / "sheet.png")

    def cats(*options):
        found = json.loads(ssd("detect", tmp_path / "sheet.png", *options).stdout)
        return sum(one["class"] == "cat" for one in found)

    assert cats() == cats("--tiles", "1")
    assert cats("--tiles", "2") > cats() + 3
    assert cats("--tiles", "AUTO") == cats("--tiles", "2")


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_draw(tmp_path, suffix):
    result = ssd("detect", CUP, "--draw", tmp_path / f"boxes{suffix}")
    assert result.returncode == 0
    with Image.open(tmp_path / f"boxes{suffix}") as drawn:
        assert drawn.size == (600, 400)


def bad(tmp_path, kind):
    """A name that a shell's star may give beside pictures, and what is said of it."""
    path = tmp_path / "b.jpg"
    if kind == "folder":
        path.mkdir()
        return path, "Is a directory"
    if kind == "unreadable":
        # Readable by nobody, root included.
        path.symlink_to("/proc/self/mem")
        return path, "error"
    content = {"text": b"x", "empty": b"", "cut": CUP.read_bytes()[:9_000]}[kind]
    path.write_bytes(content)
    return path, {"text": "not an image", "empty": "", "cut": "ends early or is damaged"}[kind]


@pytest.mark.parametrize("kind", ["text", "empty", "cut", "folder", "unreadable"])
@pytest.mark.parametrize("flag", [[], ["--json"]], ids=["piped", "json"])
def test_one_bad_picture_is_named_and_the_others_are_answered(tmp_path, kind, flag):
    path, words = bad(tmp_path, kind)
    result = ssd("detect", CUP, path, CAT, *flag)
    assert result.returncode == 1
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["image"] for line in lines] == [str(CUP), str(CAT)]
    assert [line["detections"][0]["class"] for line in lines] == ["cup", "cat"]
    (note,) = result.stderr.decode().splitlines()
    assert note.startswith(f"Error: {path}: ")
    assert note.count(str(path)) == 1
    assert words in note


def test_each_bad_picture_is_named(tmp_path):
    paths = [tmp_path / f"{name}.jpg" for name in "ab"]
    for path in paths:
        path.write_bytes(b"x")
    result = ssd("detect", *paths)
    assert result.returncode == 1
    assert result.stdout == b""
    told = result.stderr.decode().splitlines()
    assert [line.split(": ")[1] for line in told] == [str(path) for path in paths]


def test_one_bad_picture_alone_is_named_and_nothing_is_drawn(tmp_path):
    path = tmp_path / "b.jpg"
    path.write_bytes(b"x")
    result = ssd("detect", path, "--draw", tmp_path / "boxes.png")
    assert result.returncode == 1
    assert result.stderr.decode().startswith(f"Error: {path}: the input is not an image")
    assert not (tmp_path / "boxes.png").exists()


def test_standard_input_that_is_no_picture_is_named():
    result = ssd("detect", "-", CAT, stdin=b"x")
    assert result.returncode == 1
    assert result.stderr.decode().startswith("Error: -: the input is not an image")
    assert json.loads(result.stdout)["image"] == str(CAT)


def test_an_unknown_class_is_told_once_and_nothing_is_read():
    result = ssd("detect", CUP, CAT, "--classes", "unicorn")
    assert result.returncode == 1
    assert result.stderr.decode().count("unicorn") == 1
    assert result.stdout == b""


def test_a_reader_who_leaves_is_no_fault_of_a_picture():
    read, write = os.pipe()
    os.close(read)
    result = subprocess.run(
        [SSD, "detect", CUP, CAT], stdout=write, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(write)
    assert result.returncode == 1
    assert str(CUP) not in result.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["detect"], 2, "Missing argument"),
        (["detect", "nowhere.jpg"], 2, "does not exist"),
        (["detect", ROOT / "Makefile"], 1, "is not an image"),
        (["detect", CUP, "--threshold", "2"], 2, "threshold"),
        (["detect", CUP, "--classes", "unicorn"], 1, "no class 'unicorn'"),
        (["detect", CUP, "--bundle", "/nowhere"], 1, "neither a folder nor"),
        (["detect", CUP, CAT, "--draw", "a.jpg"], 2, "--draw takes one image"),
        (["detect", CUP, "--draw", "a.bmp"], 2, "--draw takes one image"),
        (["detect", CUP, "--draw", "/nowhere/a.jpg"], 1, "/nowhere/a.jpg"),
        (["detcet"], 2, "No such command"),
    ],
    ids=lambda value: None,
)
def test_a_mistake_is_told_in_one_line(arguments, status, words):
    result = ssd(*arguments)
    assert result.returncode == status
    message = result.stderr.decode()
    assert words in message
    assert "Traceback" not in message


def test_help_lists_the_verbs_without_importing_them():
    shown = ssd("--help").stdout.decode()
    assert "detect" in shown
    assert "evaluate" in shown


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("file/x.jpg", "(Not a directory): a file stands where a folder should be: name another"),
        ("full.jpg", "(No space left on device): make room on the disk"),
    ],
)
def test_a_picture_that_cannot_be_kept_says_what_to_do(tmp_path, place, words):
    (tmp_path / "file").write_text("")
    (tmp_path / "full.jpg").symlink_to("/dev/full")
    draw = tmp_path / place
    done = subprocess.run(
        [SSD, "detect", CUP, "--draw", draw],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == f"Error: {draw} cannot be written {words}\n"
