from models.datasets.layouts.pictures import SUFFIXES, names_below, stem


def test_names_at_any_depth_in_order(tmp_path):
    for name in ("b/z.JPG", "a.png", "b/c/d.jpeg", "note.txt", ".hidden.png", ".trash/e.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert names_below(tmp_path, SUFFIXES) == ["a.png", "b/c/d.jpeg", "b/z.JPG"]
    assert names_below(tmp_path / "none", SUFFIXES) == []


def test_stem_keeps_folders():
    assert [stem(name) for name in ("a.jpg", "x.y/a.tar.gz", "x.y/a")] == [
        "a",
        "x.y/a.tar",
        "x.y/a",
    ]
