"""Bodies that are small for what they ask of a server, each made from a few numbers (its genes)."""

import base64
import io
import json
import struct
import zlib
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image

Genes = Mapping[str, int]
# The greatest value of each number that a kind is made from; the least is 0.
RANGES: dict[str, dict[str, int]] = {
    "jpeg": {"width": 65535, "height": 65535, "frame": 4, "colors": 3, "scans": 1000, "refine": 1,
             "band": 62, "data": 100_000, "segments": 20_000, "sampling": 3},
    "png": {"width": 65535, "height": 65535, "depth": 4, "color": 4, "interlace": 1, "filter": 4,
            "texts": 100, "chunks": 50_000},
    "webp": {"width": 16383, "height": 16383, "lossless": 1, "alpha": 1, "frames": 4, "noise": 300},
    "gif": {"width": 65535, "height": 65535, "frame": 8000, "blocks": 50_000},
    "tiff": {"width": 65535, "height": 65535, "mode": 6, "packing": 5, "strip": 30, "tags": 3000},
    "avif": {"width": 9000, "height": 9000, "alpha": 1, "sampling": 1, "noise": 300},
    "bmp": {"width": 9000, "height": 9000, "runs": 200_000, "operation": 5, "rle4": 1},
    "envelope": {"form": 4, "count": 300, "side": 2000, "format": 3, "padding": 1_000_000},
}  # fmt: skip
_PIXELS = 60_000_000

_JPEG = {"width": 2800, "height": 2800, "frame": 1, "colors": 0, "refine": 1, "band": 62, "data": 0,
         "segments": 0, "sampling": 0}  # fmt: skip
_PNG = {"width": 9990, "height": 5000, "depth": 3, "color": 1, "interlace": 0, "filter": 0,
        "texts": 0, "chunks": 0}  # fmt: skip
_BLANK = {"alpha": 0, "frames": 0, "noise": 0, "lossless": 1, "sampling": 0}
_BATCH = {"form": 0, "count": 256, "side": 1, "format": 2, "padding": 0}
# The worst that was found of each kind: some are refused, some just pass.
WORST = (
    ("jpeg", _JPEG | {"scans": 17_000}),
    ("jpeg", _JPEG | {"scans": 200, "width": 1800, "height": 1800}),
    ("jpeg", _JPEG | {"scans": 2, "width": 8000, "height": 6000, "data": 400_000}),
    ("jpeg", _JPEG | {"scans": 0, "segments": 1_000_000}),
    ("png", _PNG | {"color": 2}),
    ("png", _PNG | {"color": 4, "depth": 4}),
    ("png", _PNG | {"width": 1, "height": 49_900_000, "color": 0}),
    ("webp", _BLANK | {"width": 4000, "height": 3500}),
    ("webp", _BLANK | {"width": 7000, "height": 7000}),
    ("gif", {"width": 7000, "height": 7000, "frame": 6000, "blocks": 0}),
    ("tiff", {"width": 8000, "height": 6000, "mode": 6, "packing": 0, "strip": 16, "tags": 0}),
    ("avif", _BLANK | {"width": 5000, "height": 4000, "noise": 2000}),
    ("bmp", {"width": 6000, "height": 4000, "runs": 2_000_000, "operation": 1, "rle4": 0}),
    ("envelope", _BATCH),
    ("envelope", _BATCH | {"side": 2000, "format": 1}),
    ("envelope", _BATCH | {"form": 2, "padding": 4_000_000}),
    ("envelope", _BATCH | {"form": 3, "side": 300, "format": 0, "count": 300}),
)


def make(kind: str, genes: Genes) -> bytes:
    """The body that genes of a kind of ``RANGES`` stand for; the same one for the same genes."""
    return _MAKERS[kind](genes)


def jpeg(genes: Genes) -> bytes:
    """A JPEG whose scans have next to no data (ITU-T T.81, annex B)."""
    frame = (0xC0, 0xC2, 0xC9, 0xCA, 0xC3)[genes["frame"]]
    count = (1, 3, 4, 1)[genes["colors"]]
    samplings = (0x11, 0x22, 0x21, 0x44)
    parts = [(each, samplings[genes["sampling"]] if each == 1 else 0x11, 0)
             for each in range(1, count + 1)]  # fmt: skip
    size = struct.pack(">BHHB", 8, max(1, genes["height"]), max(1, genes["width"]), count)
    head = b"\xff\xd8" + _segment(0xFE, b"") * genes["segments"]
    head += _segment(0xDB, b"\0" + bytes([1] * 64))
    head += _segment(frame, size + b"".join(bytes(part) for part in parts))
    # One code of one bit each: a difference of 0, and a run of 16,384 blocks without coefficients.
    for table, symbol in ((0, 0), (0x10, 0xE0 if frame == 0xC2 else 0)):
        head += _segment(0xC4, bytes([table, 1, *[0] * 15, symbol]))
    everything = b"".join(bytes([each, 0]) for each in range(1, count + 1))
    data = b"\0" * genes["data"]
    if frame in {0xC0, 0xC9}:
        body = _segment(0xDA, bytes([count]) + everything + bytes([0, 63, 0])) + data
    elif frame == 0xC3:
        body = _segment(0xDA, bytes([count]) + everything + bytes([1, 0, 0])) + data
    else:
        body = _segment(0xDA, bytes([count]) + everything + bytes([0, 0, 1])) + data
        bits = 0x10 if genes["refine"] else 0x01
        band = bytes([1, 1 + genes["band"], bits])
        one = _segment(0xDA, bytes([1, 1, 0]) + band) + b"\x7f\xff\0\x7f\xff\0" * 4
        body += one * genes["scans"]
    return head + body + b"\xff\xd9"


def png(genes: Genes) -> bytes:
    """A PNG whose pixels are all zeros before a filter is undone."""
    width, height = _bounded(genes)
    depth = (1, 2, 4, 8, 16)[genes["depth"]]
    color = (0, 2, 3, 4, 6)[genes["color"]]
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    depth = min(depth, 8) if color == 3 else max(depth, 8) if color else depth
    row = bytes([genes["filter"]]) + bytes(-(-width * channels * depth // 8))
    packer = zlib.compressobj(6)
    packed = b"".join(packer.compress(row) for _ in range(height + height * genes["interlace"]))
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, genes["interlace"])
    text = _chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000)))
    extra = text * genes["texts"] + _chunk(b"tEXt", b"a\0") * genes["chunks"]
    palette = _chunk(b"PLTE", bytes(768)) if color == 3 else b""
    content = _chunk(b"IDAT", packed + packer.flush())
    whole = _chunk(b"IHDR", header) + extra + palette + content + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + whole


def webp(genes: Genes) -> bytes:
    """A WebP of one colour, with a little noise, perhaps of several frames."""
    picture = _picture(genes, "RGBA" if genes["alpha"] else "RGB")
    more = [Image.new(picture.mode, picture.size, (each, 9, 9)) for each in range(genes["frames"])]
    options = {"save_all": True, "append_images": more} if more else {}
    return _saved(picture, "WEBP", lossless=bool(genes["lossless"]), method=0, **options)


def gif(genes: Genes) -> bytes:
    """A GIF whose screen may be larger than its picture."""
    side = max(1, genes["frame"])
    whole = bytearray(_saved(Image.new("P", (side, side)), "GIF"))
    whole[6:10] = struct.pack("<HH", max(1, genes["width"]), max(1, genes["height"]))
    start = 13 + (3 << (whole[10] & 7) + 1 if whole[10] & 0x80 else 0)
    whole[start:start] = b"!\xfe\1a\0" * genes["blocks"]
    return bytes(whole)


def tiff(genes: Genes) -> bytes:
    """A TIFF of zeros, of any mode and packing, in strips of any size."""
    mode = ("1", "L", "RGB", "RGBA", "CMYK", "I", "F")[genes["mode"]]
    packing = ("tiff_deflate", "tiff_lzw", "packbits", "jpeg", "group4", None)[genes["packing"]]
    if (packing == "group4" and mode != "1") or (
        packing == "jpeg" and mode not in {"L", "RGB", "CMYK"}
    ):
        packing = "tiff_deflate"
    width, height = _bounded(genes)
    if packing is None:
        width, height = min(width, 2700), min(height, 2700)
    picture = Image.new(mode, (width, height))
    whole = _saved(picture, "TIFF", compression=packing, strip_size=1 << genes["strip"])
    if genes["tags"] <= 1000:
        return whole
    tag = struct.pack("<HHII", 60_000, 4, 1, 1)
    directory = struct.pack("<H", genes["tags"]) + tag * genes["tags"] + bytes(4)
    return b"II*\0" + struct.pack("<I", len(whole)) + whole[8:] + directory


def avif(genes: Genes) -> bytes:
    """An AVIF of one colour, with a little noise."""
    picture = _picture(genes, "RGBA" if genes["alpha"] else "RGB")
    subsampling = ("4:2:0", "4:4:4")[genes["sampling"]]
    return _saved(picture, "AVIF", speed=10, quality=60, subsampling=subsampling)


def bmp(genes: Genes) -> bytes:
    """A BMP of run lengths, which are unpacked in Python."""
    width, height = _bounded(genes)
    depth = 4 if genes["rle4"] else 8
    operation = (b"\1\1", b"\xff\1", b"\0\0", b"\1\1\0\0", b"\0\2\xff\1", b"\0\4abcd")
    runs = operation[genes["operation"]] * genes["runs"]
    colors = bytes(4 << depth)
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, depth, 2 if depth == 4 else 1,
                       len(runs), 0, 0, 1 << depth, 0)  # fmt: skip
    start = 54 + len(colors)
    return b"BM" + struct.pack("<IHHI", start + len(runs), 0, 0, start) + head + colors + runs


def envelope(genes: Genes) -> bytes:
    """Many pictures in JSON, or a form of many parts, long headers or many escapes."""
    kind = ("PNG", "WEBP", "GIF", "JPEG")[genes["format"]]
    side = max(1, genes["side"])
    picture = _saved(Image.new("RGB", (side, side)), kind)
    text = base64.b64encode(picture).decode()
    count, padding = genes["count"], genes["padding"]
    disposition = b"--b\r\nContent-Disposition: form-data; "
    if genes["form"] == 0:
        return json.dumps({"images": [text] * count}).encode()
    if genes["form"] == 1:
        return b'{"image":"' + text.encode() + b'",' + b'"a":[1],' * padding + b'"threshold":0.5}'
    if genes["form"] == 2:
        return disposition + b'a="b"; ' * padding + b'name="image"\r\n\r\n' + picture + b"\r\n--b--"
    if genes["form"] == 3:
        return b"image=" + b"".join(b"%%%02X" % each for each in text.encode() * count)[:30_000_000]
    return b" \n" * padding + text.encode()


def _segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def _chunk(name: bytes, content: bytes) -> bytes:
    checked = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checked


def _bounded(genes: Genes) -> tuple[int, int]:
    """Width and height, of a picture that is not much larger than the limit for pixels."""
    width = max(1, genes["width"])
    return width, max(1, min(genes["height"], _PIXELS // width))


def _picture(genes: Genes, mode: str) -> Image.Image:
    picture = Image.new(mode, _bounded(genes), (1, 2, 3))
    side = min(genes["noise"], *picture.size)
    if side:
        noise = np.random.default_rng(1).integers(0, 255, (side, side, 3), dtype=np.uint8)
        picture.paste(Image.fromarray(noise).convert(mode), (0, 0))
    return picture


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


_MAKERS: dict[str, Callable[[Genes], bytes]] = {
    "jpeg": jpeg,
    "png": png,
    "webp": webp,
    "gif": gif,
    "tiff": tiff,
    "avif": avif,
    "bmp": bmp,
    "envelope": envelope,
}
