"""The picture of the matrix: smooth, of every colour, with all values of each channel."""

import numpy as np

HEIGHT, WIDTH = 24, 36


def colours():
    """float64 ``[h, w, 3]``: RGB, 0..1; smooth, so that what codecs do to edges does not count."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    down, across = y / (HEIGHT - 1), x / (WIDTH - 1)
    return np.stack([across, down, 1 - (across + down) / 2], 2)


def grey():
    """float64 ``[h, w]``: 0..1, brightest at the lower right."""
    rgb = colours()
    return (rgb[..., 0] + rgb[..., 1]) / 2


def opacity():
    """float64 ``[h, w]``: 0..1, with a wholly clear and a wholly opaque part."""
    across = np.linspace(-0.2, 1.2, WIDTH)
    return np.tile(np.clip(across, 0, 1), (HEIGHT, 1))


def whole(values, bits):
    """Numbers 0..1 as whole ones of so many bits."""
    return np.round(np.asarray(values) * (2**bits - 1)).astype(np.uint64)


def bytes_of(values):
    """Numbers 0..1 as bytes."""
    return whole(values, 8).astype(np.uint8)
