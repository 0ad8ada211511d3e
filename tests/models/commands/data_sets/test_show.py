"""`ssd data show`, run as a person runs it."""

from PIL import Image


def test_a_sheet(made, ssd, tmp_path):
    done = ssd("show", made.write(), "--count", 9)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "samples.jpg: 2 of 2 pictures\n"
    with Image.open(tmp_path / "cwd/samples.jpg") as sheet:
        assert sheet.format == "JPEG"
        assert sheet.size == (2 * 324 + 4, 342 + 4)
    assert [file.name for file in (tmp_path / "cwd").iterdir()] == ["samples.jpg"]


def test_the_same_seed_the_same_sheet(made, ssd, tmp_path):
    for number in range(3, 13):
        made.document["images"].append(
            {"id": number, "file_name": made.picture(f"{number}.png").name}
        )
    made.write()
    for out, seed in (("a.jpg", 1), ("b.jpg", 1), ("c.jpg", 2)):
        assert ssd("show", made.folder, "--count", 3, "--seed", seed, "--out", out).returncode == 0
    one, same, other = ((tmp_path / f"cwd/{name}.jpg").read_bytes() for name in "abc")
    assert one == same != other


def test_a_place_that_cannot_be_written(made, ssd):
    done = ssd("show", made.write(), "--out", "none/sheet.jpg")
    assert done.returncode == 1
    assert "No such file or directory" in done.stderr
    assert done.stderr.count("\n") == 1
