"""BMP files written by hand: headers of OS/2 and of Windows 3 to 98, depths, masks, run lengths."""

import struct

import numpy as np

from tests.models.ssd.matrix.scene import bytes_of, colours, grey, opacity, whole

_RAW, _RLE8, _RLE4, _MASKS = 0, 1, 2, 3
_CORE = 12
M565, M555, M444 = (0xF800, 0x7E0, 0x1F, 0), (0x7C00, 0x3E0, 0x1F, 0), (0xF00, 0xF0, 0xF, 0xF000)
BGRX, BGRA = (0xFF0000, 0xFF00, 0xFF, 0), (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
RGBA, ARGB10 = (0xFF, 0xFF00, 0xFF0000, 0xFF000000), (0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000)


def padded(rows):
    """Rows filled up to a multiple of four bytes, bottom row first."""
    return b"".join(row + bytes(-len(row) % 4) for row in rows[::-1])


def indexed(depth):
    """Rows of palette indices."""
    rows = []
    for row in whole(grey(), depth):
        digits = "".join(format(int(number), f"0{depth}b") for number in row)
        digits += "0" * (-len(digits) % 8)
        rows.append(int(digits, 2).to_bytes(len(digits) // 8))
    return rows


def masked(depth, masks, alpha):
    """Rows of pixels of 16 or 32 bits."""
    layers = [*np.moveaxis(colours(), 2, 0), alpha]
    pixels = np.zeros(grey().shape, np.uint64)
    for values, mask in zip(layers, masks, strict=True):
        if mask:
            low = (mask & -mask).bit_length() - 1
            pixels |= whole(values, mask.bit_count()) << np.uint64(low)
    return [row.tobytes() for row in pixels.astype(f"<u{depth // 8}")]


def run_lengths(depth):
    """RLE8 or RLE4: a run for each two pixels, ends of rows, end of the picture."""
    out = b""
    values = whole(grey(), depth)
    for row in values[::-1]:
        for left in range(0, len(row), 2):
            if depth == 8:
                out += bytes([1, int(row[left]), 1, int(row[left + 1])])
            else:
                out += bytes([2, int(row[left]) << 4 | int(row[left + 1])])
        out += b"\0\0"
    return out[:-2] + b"\0\1"


def bmp_file(head, depth, *, packing=_RAW, masks=None, alpha=1.0, top_down=False, colour=True):
    """The bytes of a BMP with a header of so many bytes."""
    height, width = grey().shape
    palette = b""
    if packing in {_RLE8, _RLE4}:
        content = run_lengths(depth)
    elif depth <= 8:
        content = padded(indexed(depth))
    elif depth == 24:
        content = padded([row.tobytes() for row in bytes_of(colours())[..., ::-1]])
    else:
        opaque = np.broadcast_to(np.asarray(alpha, float), grey().shape)
        content = padded(masked(depth, masks or (BGRX if depth == 32 else M555), opaque))
    if top_down:
        rows = len(content) // height
        content = b"".join(content[at - rows : at] for at in range(len(content), 0, -rows))
    if depth <= 8:
        steps = np.linspace(0, 255, 2**depth).astype(int)
        three = (255 - steps, np.abs(steps - 128), steps) if colour else (steps, steps, steps)
        entry = [np.asarray(each).clip(0, 255).astype(np.uint8) for each in three]
        if head > _CORE:
            entry.append(np.zeros_like(entry[0]))
        palette = np.stack(entry, 1).tobytes()
    if head == _CORE:
        header = struct.pack("<IHHHH", _CORE, width, height, 1, depth)
    else:
        header = struct.pack(
            "<IiiHHIIiiII", head, width, -height if top_down else height, 1, depth, packing,
            len(content), 2835, 2835, 0, 0,
        )  # fmt: skip
        if packing == _MASKS:
            header += struct.pack("<4I", *masks)[: 16 if head >= 56 else 12]
        header = header.ljust(head, b"\0")
    start = 14 + len(header) + len(palette)
    return (
        struct.pack("<2sIHHI", b"BM", start + len(content), 0, 0, start)
        + header
        + palette
        + (content)
    )


def bmp_files():
    """All of the matrix, by name."""
    found = {}
    for head in (12, 40, 52, 56, 64, 108, 124):
        for depth in (1, 4, 8, 24):
            found[f"header={head},depth={depth}"] = bmp_file(head, depth)
            if depth <= 8:
                found[f"header={head},depth={depth},grey"] = bmp_file(head, depth, colour=False)
        if head in {12, 64}:
            continue
        for depth in (8, 24, 32, 16):
            found[f"header={head},depth={depth},top-down"] = bmp_file(head, depth, top_down=True)
        found[f"header={head},depth=16"] = bmp_file(head, 16)
        found[f"header={head},depth=32"] = bmp_file(head, 32)
        found[f"header={head},rle8"] = bmp_file(head, 8, packing=_RLE8)
        found[f"header={head},rle4"] = bmp_file(head, 4, packing=_RLE4)
        for name, depth, masks in (
            ("565", 16, M565), ("555", 16, M555), ("444", 16, M444), ("bgrx", 32, BGRX),
            ("bgra", 32, BGRA), ("rgba", 32, RGBA), ("argb10", 32, ARGB10),
        ):  # fmt: skip
            if masks[3] and head < 56:
                continue
            for told, alpha in (("", 1.0), (",alpha 0", 0.0), (",alpha", opacity())):
                if told and not masks[3]:
                    continue
                found[f"header={head},masks={name}{told}"] = bmp_file(
                    head, depth, packing=_MASKS, masks=masks, alpha=alpha
                )
    return found
