"""Digits for tests, drawn by a program: MNIST's four files, small, and nobody's."""

import cv2
import numpy as np

NAMES = (
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
)  # fmt: skip


def draw_digits(count, seed):
    """uint8 [count, 28, 28] and their labels; every digit as often as the others."""
    chance = np.random.default_rng(seed)
    images = np.zeros((count, 28, 28), np.uint8)
    labels = np.arange(count, dtype=np.uint8) % 10
    for image, label in zip(images, labels, strict=True):
        place = (int(chance.integers(5, 9)), int(chance.integers(21, 25)))
        scale, thickness = float(chance.uniform(0.6, 0.85)), int(chance.integers(2, 4))
        cv2.putText(image, str(label), place, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, thickness)
    return images, labels


def idx(values):
    """The bytes of an IDX file."""
    sizes = np.array(values.shape, ">u4").tobytes()
    return bytes((0, 0, 8, values.ndim)) + sizes + values.astype(np.uint8).tobytes()


def write_mnist(folder, learnt=200, held_out=50, pack=bytes):
    """Writes the four files into a folder; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    for position, (count, seed) in enumerate(((learnt, 1), (held_out, 2))):
        for name, values in zip(NAMES[2 * position :], draw_digits(count, seed), strict=False):
            (folder / name).write_bytes(pack(idx(values)))
    return folder
