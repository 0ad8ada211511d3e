"""TIFF files written by hand: every layout of TIFF 6.0 that a program may write."""

import itertools
import struct
import zlib
from dataclasses import dataclass, replace

import numpy as np

from tests.models.ssd.matrix.scene import colours, grey, opacity, whole

_LETTERS = {1: "B", 3: "H", 4: "I", 16: "Q"}
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR, LAB = 0, 1, 2, 3, 5, 6, 8


@dataclass(frozen=True)
class Layout:
    """How a TIFF is laid out; names are those of its tags."""

    photometric: int = RGB
    bits: int = 8
    sample_format: int = 1
    planar: int = 1
    extra: int | None = None
    order: str = "<"
    big: bool = False
    tiles: bool = False
    compression: int = 1
    predictor: int = 1
    orientation: int = 1
    fill: int = 1
    rows: int = 7
    more: tuple = ()

    @property
    def name(self):
        changed = [
            f"{key}={value}"
            for key, value in vars(self).items()
            if key not in {"photometric", "bits", "more"} and value != vars(Layout())[key]
        ]
        return f"photometric={self.photometric},bits={self.bits}," + ",".join(changed)


def samples(layout):
    """float64 ``[h, w, samples]``, 0..1, as the photometric interpretation means them."""
    if layout.photometric in {WHITE_IS_ZERO, BLACK_IS_ZERO}:
        values = grey()[..., None]
        values = 1 - values if layout.photometric == WHITE_IS_ZERO else values
    elif layout.photometric == PALETTE:
        values = grey()[..., None]
    elif layout.photometric == CMYK:
        black = np.full((*grey().shape, 1), 0.2)
        values = np.concatenate([1 - colours(), black], 2)
    elif layout.photometric == YCBCR:
        turn = np.array([[0.299, 0.587, 0.114], [-0.1687, -0.3313, 0.5], [0.5, -0.4187, -0.0813]])
        values = np.clip(colours() @ turn.T + [0, 128 / 255, 128 / 255], 0, 1)
    else:
        values = colours()
    if layout.extra is not None:
        alpha = opacity()[..., None]
        if layout.extra == 1:
            values = values * alpha
        values = np.concatenate([values, alpha], 2)
    return values


def packed(values, layout):
    """One strip, tile or plane of it: ``[h, w, samples]`` numbers as the file's bytes."""
    bits, order = layout.bits, layout.order
    if layout.sample_format == 3:
        numbers = values.astype(f"{order}f{bits // 8}")
    elif layout.sample_format == 2:
        numbers = whole(values, bits - 1).astype(f"{order}i{bits // 8}")
    elif bits in {8, 16, 32, 64}:
        numbers = whole(values, bits).astype(f"{order}u{bits // 8}")
    else:
        rows = []
        for row in whole(values, bits):
            digits = "".join(format(int(number), f"0{bits}b") for number in row.reshape(-1))
            digits += "0" * (-len(digits) % 8)
            rows.append(int(digits, 2).to_bytes(len(digits) // 8))
        return b"".join(rows)
    if layout.predictor == 2:
        numbers = numbers.copy()
        numbers[:, 1:] = numbers[:, 1:] - numbers[:, :-1]
    elif layout.predictor == 3:
        # Technical note 3: bytes of a row by their weight, then their differences.
        size = bits // 8
        rows = numbers.astype(f">f{size}").view(np.uint8).reshape(len(numbers), -1, size)
        rows = rows.transpose(0, 2, 1).reshape(len(numbers), -1)
        rows = rows.copy()
        step = values.shape[2]
        rows[:, step:] = rows[:, step:] - rows[:, :-step]
        return rows.tobytes()
    return numbers.tobytes()


def _packbits(raw):
    return b"".join(
        bytes([len(piece) - 1]) + piece
        for piece in (raw[at : at + 128] for at in range(0, len(raw), 128))
    )


def compressed(raw, layout):
    if layout.compression in {8, 32946}:
        raw = zlib.compress(raw)
    elif layout.compression == 32773:
        raw = _packbits(raw)
    if layout.fill == 2:
        raw = bytes(int(format(byte, "08b")[::-1], 2) for byte in raw)
    return raw


def pieces(values, layout):
    """Strips or tiles, in the order of the file."""
    planes = np.split(values, values.shape[2], 2) if layout.planar == 2 else [values]
    for plane in planes:
        if not layout.tiles:
            for top in range(0, len(plane), layout.rows):
                yield compressed(packed(plane[top : top + layout.rows], layout), layout)
            continue
        height, width = plane.shape[:2]
        padded = np.pad(plane, ((0, -height % 16), (0, -width % 16), (0, 0)), mode="edge")
        for top, left in itertools.product(
            range(0, len(padded), 16), range(0, padded.shape[1], 16)
        ):
            tile = padded[top : top + 16, left : left + 16]
            yield compressed(packed(tile, layout), layout)


def tiff_file(layout, values=None):
    """The bytes of a TIFF of that layout."""
    values = samples(layout) if values is None else values
    height, width, count = values.shape
    parts = [*pieces(values, layout)]
    start = 16 if layout.big else 8
    offsets = [start + sum(map(len, parts[:each])) for each in range(len(parts))]
    long = 16 if layout.big else 4
    tags = {
        256: (4, [width]), 257: (4, [height]), 258: (3, [layout.bits] * count),
        259: (3, [layout.compression]), 262: (3, [layout.photometric]), 277: (3, [count]),
        284: (3, [layout.planar]),
    }  # fmt: skip
    if layout.tiles:
        tags |= {322: (4, [16]), 323: (4, [16]), 324: (long, offsets)}
        tags[325] = (long, [*map(len, parts)])
    else:
        tags |= {273: (long, offsets), 278: (4, [layout.rows]), 279: (long, [*map(len, parts)])}
    if layout.sample_format != 1:
        tags[339] = (3, [layout.sample_format] * count)
    if layout.extra is not None:
        tags[338] = (3, [layout.extra])
    for tag, value in ((317, layout.predictor), (274, layout.orientation), (266, layout.fill)):
        if value != 1:
            tags[tag] = (3, [value])
    if layout.photometric == PALETTE:
        steps = np.linspace(0, 1, 2**layout.bits)
        red, green, blue = steps, 1 - steps, np.abs(steps - 0.5) * 2
        tags[320] = (3, [int(each * 65535) for each in [*red, *green, *blue]])
    if layout.photometric == YCBCR:
        tags[530] = (3, [1, 1])
    tags |= dict(layout.more)
    return file_of(tags, b"".join(parts), layout)


def file_of(tags, content, layout):
    """Header, content, one directory."""
    order, big = layout.order, layout.big
    word, place = ("Q", 8) if big else ("I", 4)
    out = bytearray(b"II" if order == "<" else b"MM")
    out += struct.pack(order + ("HHHQ" if big else "HI"), *((43, 8, 0, 0) if big else (42, 0)))
    out += content
    entries = b""
    for tag, (kind, numbers) in sorted(tags.items()):
        data = struct.pack(f"{order}{len(numbers)}{_LETTERS[kind]}", *numbers)
        if len(data) > place:
            where = len(out)
            out += data
            data = struct.pack(order + word, where)
        entries += struct.pack(f"{order}HH{word}", tag, kind, len(numbers))
        entries += data.ljust(place, b"\0")
    out += b"\0" * (len(out) % 2)
    struct.pack_into(order + word, out, 8 if big else 4, len(out))
    out += struct.pack(order + ("Q" if big else "H"), len(tags)) + entries + bytes(place)
    return bytes(out)


def subsampled(across, down, compression):
    """YCbCr whose colours are told once for so many pixels (TIFF 6.0, section 21)."""
    layout = Layout(YCBCR, compression=compression)
    values = np.round(samples(layout) * 255).astype(np.uint8)
    height, width = values.shape[:2]
    units = values.reshape(height // down, down, width // across, across, 3).swapaxes(1, 2)
    light = units[..., 0].reshape(height // down, width // across, -1)
    tint = units[..., 1:].astype(float).mean((2, 3)).round().astype(np.uint8)
    strip = compressed(np.concatenate([light, tint], 2).tobytes(), layout)
    tags = {
        256: (4, [width]), 257: (4, [height]), 258: (3, [8] * 3), 259: (3, [compression]),
        262: (3, [YCBCR]), 273: (4, [8]), 277: (3, [3]), 278: (4, [height]), 279: (4, [len(strip)]),
        530: (3, [across, down]),
    }  # fmt: skip
    return file_of(tags, strip, layout)


def tiff_files():
    """All of the matrix, by name."""
    found = {name: tiff_file(layout) for name, layout in layouts().items()}
    for across, down, packing in itertools.product((1, 2, 4), (1, 2, 4), (1, 8)):
        found[f"ycbcr,{across}x{down},{packing}"] = subsampled(across, down, packing)
    return found


def layouts():
    """What the matrix tries: all of colour x depth x planes, and each other thing once or more."""
    deep = {
        WHITE_IS_ZERO: (1, 2, 4, 8, 10, 12, 14, 16, 32),
        BLACK_IS_ZERO: (1, 2, 4, 8, 10, 12, 14, 16, 24, 32, 64),
        RGB: (4, 8, 10, 12, 14, 16, 32, 64),
        PALETTE: (1, 2, 4, 8),
        CMYK: (8, 16, 32),
        YCBCR: (8, 16),
        LAB: (8, 16),
    }
    found = []
    for photometric, depths in deep.items():
        for bits in depths:
            if bits == 24:
                continue
            base = Layout(photometric, bits)
            coloured = photometric in {RGB, CMYK, YCBCR}
            found += [base, replace(base, order=">")]
            found += [replace(base, planar=2), replace(base, planar=2, order=">")] * coloured
            for extra in (0, 1, 2):
                if photometric in {YCBCR, LAB}:
                    continue
                alpha = replace(base, extra=extra)
                found += [alpha, replace(alpha, planar=2), replace(alpha, order=">")]
            if bits in {8, 16}:
                found += [replace(base, sample_format=2), replace(base, tiles=True)]
                found += [replace(base, tiles=True, planar=2)] * coloured
                found += [replace(base, compression=8, predictor=2)]
                found += [replace(base, compression=8, predictor=2, order=">")]
                found += [replace(base, compression=8, predictor=2, planar=2)] * coloured
                found += [replace(base, compression=8, predictor=2, tiles=True)]
                found += [replace(base, compression=32773), replace(base, big=True)]
                found += [replace(base, big=True, order=">")]
                found += [replace(base, orientation=turn) for turn in range(2, 9)]
                found += [replace(base, compression=32946)]
            if bits in {16, 32, 64} and photometric in {BLACK_IS_ZERO, WHITE_IS_ZERO, RGB}:
                floats = replace(base, sample_format=3)
                found += [floats, replace(floats, order=">")]
                found += [replace(floats, planar=2)] * coloured
                found += [replace(floats, compression=8)]
                found += [replace(floats, compression=8, predictor=3)] * (bits > 16)
            if bits in {1, 4, 8}:
                found += [replace(base, fill=2), replace(base, fill=2, compression=8)]
            if bits == 32:
                found += [replace(base, sample_format=2)]
    return {each.name: each for each in found}
