import numpy as np
import pytest

from models.commands.checking.errors import BadGolden
from models.commands.checking.golden_file import read_golden

TENSOR, COLUMNS = (4, 5, 3), 6


def arrays(**changes):
    found = {
        "anchors_cycxhw": np.zeros((7, 4), np.float32),
        "cup/input": np.zeros(TENSOR, np.float32),
        "cup/scores": np.zeros((7, COLUMNS), np.float32),
        "cup/offsets": np.zeros((7, 4), np.float32),
        "cup/threshold": np.array(0.5),
        "cup/classes": np.array([1, 2]),
        "cup/det_scores": np.array([0.9, 0.8], np.float32),
        "cup/boxes_yxyx": np.zeros((2, 4), np.float32),
    } | changes
    return {key: value for key, value in found.items() if value is not None}


def write(path, **changes):
    np.savez(path, **arrays(**changes))
    return path


def read(path):
    return read_golden(path, TENSOR, COLUMNS)


def test_a_whole_file(tmp_path):
    golden = read(write(tmp_path / "a.npz"))
    (image,) = golden.images
    assert image.name == "cup"
    assert image.threshold == 0.5
    assert image.classes.tolist() == [1, 2]
    assert golden.seed is None


def test_an_image_without_detections(tmp_path):
    none = {"classes": np.empty(0, int), "det_scores": np.empty(0), "boxes_yxyx": np.empty((0, 4))}
    path = write(tmp_path / "a.npz", **{f"cup/{key}": value for key, value in none.items()})
    assert len(read(path).images[0].boxes) == 0


@pytest.mark.parametrize(
    ("name", "beside", "inside", "seed"),
    [
        ("a.npz", None, None, None),
        ("ssd300_vgg16_seed1.npz", None, None, 1),
        ("x-Seed_23-y.npz", None, None, 23),
        ("a.npz", '{"seed": 4}', None, 4),
        ("a_seed3.npz", '{"seed": 4}', None, 3),
        ("a_seed3.npz", '{"seed": 4}', np.array(5), 5),
        ("a.npz", None, np.array([6]), 6),
    ],
)
def test_seeds(tmp_path, name, beside, inside, seed):
    path = write(tmp_path / name, seed=inside)
    if beside:
        path.with_suffix(".json").write_text(beside)
    assert read(path).seed == seed


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"seed": "one"}', "[1"])
def test_a_broken_file_of_the_seed(tmp_path, content):
    path = write(tmp_path / "a.npz")
    path.with_suffix(".json").write_text(content)
    with pytest.raises(BadGolden, match=r'a\.json should hold \{"seed": N\}'):
        read(path)


NAN = np.full((7, 4), np.nan, np.float32)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"anchors_cycxhw": None}, "has no array anchors_cycxhw"),
        ({"anchors_cycxhw": np.array(1.0)}, r"anchors_cycxhw is \[\] instead of \['A', 4\]"),
        ({"cup/input": None}, "has no array NAME/input"),
        ({"cup/input": np.zeros((4, 5))}, r"cup/input is \[4, 5\] instead of \[4, 5, 3\]"),
        ({"cup/scores": None}, "has no array cup/scores"),
        ({"cup/scores": np.zeros((7, 5))}, r"cup/scores is \[7, 5\] instead of \[7, 6\]"),
        ({"cup/offsets": np.zeros((8, 4))}, r"cup/offsets is \[8, 4\] instead of \[7, 4\]"),
        ({"cup/offsets": NAN}, "cup/offsets must hold finite numbers"),
        ({"cup/det_scores": np.zeros(3)}, r"cup/det_scores is \[3\] instead of \[2\]"),
        ({"cup/classes": np.array(["a", "b"])}, "cup/classes must hold finite numbers"),
        ({"cup/threshold": np.array(1.5)}, r"cup/threshold must be 0\.\.1"),
        ({"seed": np.array(1.5)}, "seed must be one whole number"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_arrays_that_do_not_fit_are_told_in_one_line(tmp_path, changes, words):
    with pytest.raises(BadGolden, match=words) as caught:
        read(write(tmp_path / "a.npz", **changes))
    assert "\n" not in caught.value.message


def test_an_array_that_would_have_to_be_unpickled(tmp_path):
    path = write(tmp_path / "a.npz", **{"cup/scores": np.array([{}], object)})
    with pytest.raises(BadGolden, match=r"is not an \.npz file, or is damaged"):
        read(path)


@pytest.mark.parametrize("harm", ["empty", "text", "cut", "flipped"])
def test_a_broken_file(tmp_path, harm):
    path = write(tmp_path / "a.npz")
    content = path.read_bytes()
    middle = content.index(b"cup/scores") + 200
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    harmed = {"empty": b"", "text": b"hello", "cut": content[:-100], "flipped": flipped}
    path.write_bytes(harmed[harm])
    with pytest.raises(BadGolden, match=r"is not an \.npz file, or is damaged"):
        read(path)


def test_a_single_array(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros(3))
    with pytest.raises(BadGolden, match=r"is not an \.npz file"):
        read(tmp_path / "a.npy")
