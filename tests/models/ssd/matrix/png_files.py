"""PNG files written by hand: every colour type, depth and interlacing (PNG specification)."""

import itertools
import struct
import zlib

import numpy as np

from tests.models.ssd.matrix.scene import colours, grey, opacity, whole

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
_DEPTHS = {GREY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8), GREY_ALPHA: (8, 16),
           RGBA: (8, 16)}  # fmt: skip
# Adam7: first row, first column, steps.
_PASSES = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2),
           (1, 0, 2, 1))  # fmt: skip


def chunk(name, content, checksum=None):
    told = zlib.crc32(name + content) if checksum is None else checksum
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", told)


def samples(colour, depth):
    """uint64 ``[h, w, samples]``."""
    if colour in {GREY, PALETTE}:
        values = grey()[..., None]
    elif colour == GREY_ALPHA:
        values = np.stack([grey(), opacity()], 2)
    else:
        values = colours()
    if colour == RGBA:
        values = np.concatenate([values, opacity()[..., None]], 2)
    return whole(values, depth)


def packed_rows(values, depth, kind):
    """Rows of bytes, each with its filter before it."""
    rows, before = [], None
    step = max(1, values.shape[2] * depth // 8)
    for row in values:
        digits = "".join(format(int(number), f"0{depth}b") for number in row.reshape(-1))
        digits += "0" * (-len(digits) % 8)
        raw = np.frombuffer(int(digits, 2).to_bytes(len(digits) // 8), np.uint8).astype(int)
        left = np.concatenate([np.zeros(step, int), raw])[: len(raw)]
        above = np.zeros_like(raw) if before is None else before
        guess = {0: 0 * raw, 1: left, 2: above, 3: (left + above) // 2}[kind]
        rows.append(bytes([kind]) + ((raw - guess) & 255).astype(np.uint8).tobytes())
        before = raw
    return b"".join(rows)


def png_file(colour, depth, *, interlaced=False, clear=False, kind=0, before=b"", after=b""):
    """The bytes of a PNG.

    Args:
        colour: Its colour type.
        depth: Bits of a sample.
        interlaced: Whether by Adam7.
        clear: Whether with a tRNS chunk.
        kind: Filter of all rows.
        before: Chunks before the pixels.
        after: Chunks behind them.
    """
    values = samples(colour, depth)
    height, width = values.shape[:2]
    raw = b""
    if interlaced:
        for top, left, down, across in _PASSES:
            part = values[top::down, left::across]
            raw += packed_rows(part, depth, kind) if part.size else b""
    else:
        raw = packed_rows(values, depth, kind)
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    extra = b""
    if colour == PALETTE:
        steps = np.linspace(0, 255, 2**depth).astype(int)
        table = np.stack([steps, 255 - steps, np.abs(steps - 128)], 1).clip(0, 255)
        extra = chunk(b"PLTE", table.astype(np.uint8).tobytes())
    if clear:
        clear_one = struct.pack(f">{values.shape[2]}H", *(int(each) for each in values[3, 5]))
        told = bytes(range(0, 256, max(1, 256 >> depth))) if colour == PALETTE else clear_one
        extra += chunk(b"tRNS", told)
    return b"".join([
        b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", head), before, extra,
        chunk(b"IDAT", zlib.compress(raw)), after, chunk(b"IEND", b""),
    ])  # fmt: skip


def png_files():
    """All of the matrix, by name."""
    found = {}
    for colour, depths in _DEPTHS.items():
        for depth, interlaced in itertools.product(depths, (False, True)):
            name = f"colour={colour},depth={depth}" + ",adam7" * interlaced
            found[name] = png_file(colour, depth, interlaced=interlaced)
            if colour in {GREY, RGB, PALETTE}:
                found[f"{name},tRNS"] = png_file(colour, depth, interlaced=interlaced, clear=True)
        for kind in (1, 2, 3):
            found[f"colour={colour},filter={kind}"] = png_file(colour, 8, kind=kind)
    gamma = struct.pack(">I", 100_000)
    for name, part in {
        "gAMA": chunk(b"gAMA", gamma),
        "sRGB": chunk(b"sRGB", b"\0"),
        "cHRM": chunk(b"cHRM", struct.pack(">8I", *[31270, 32900, 64000, 33000] * 2)),
        "bKGD": chunk(b"bKGD", struct.pack(">HHH", 255, 0, 0)),
        "pHYs": chunk(b"pHYs", struct.pack(">IIB", 300, 100, 1)),
        "zTXt": chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(1 << 21))),
        "iCCP": chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(1 << 21))),
        "tEXt of a wrong checksum": chunk(b"tEXt", b"a\0b", checksum=7),
    }.items():
        found[f"RGB with {name}"] = png_file(RGB, 8, before=part)
        found[f"RGBA with {name}"] = png_file(RGBA, 8, before=part)
        found[f"RGB with {name} behind"] = png_file(RGB, 8, after=part)
    return found
