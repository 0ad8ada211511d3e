"""Chunks are counted as their formats nest them, up to the table's number and no further."""

import struct

import pytest

from models.ssd.chunks import check_avif, check_gif, check_webp
from models.ssd.errors import TooCostly
from models.ssd.limits import AVIF_TABLES, GIF_BLOCKS, WEBP_CHUNKS


def webp(*chunks):
    body = b"".join(
        name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
        for name, content in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def gif(*blocks, colours=0):
    flags = 0x80 | 1 if colours else 0
    screen = b"GIF89a" + struct.pack("<HHBBB", 9, 9, flags, 0, 0) + bytes(3 * colours)
    return screen + b"".join(blocks) + b"\x2c and a picture" + b"\x21" * 50_000


def box(name, content=b"", length=None):
    return struct.pack(">I4s", 8 + len(content) if length is None else length, name) + content


def passes_up_to(limit, check, make):
    check(make(limit.most))
    with pytest.raises(TooCostly, match=limit.name):
        check(make(limit.most + 1))


def test_chunks_of_a_webp_and_those_inside_its_frames():
    passes_up_to(WEBP_CHUNKS, check_webp, lambda count: webp(*[(b"EXIF", b"odd")] * count))
    frame = (b"ANMF", bytes(16) + b"ALPH" + struct.pack("<I", 2) + b"ab")

    def frames(count):
        return webp(*[frame] * (count // 2), *[(b"VP8 ", b"")] * (count % 2))

    passes_up_to(WEBP_CHUNKS, check_webp, frames)


def test_blocks_before_a_gifs_first_picture():
    def comments(count):
        # An extension is a block, and each of its pieces is one.
        return gif(*[b"\x21\xfe\x01x\x00"] * (count // 2), *[b"\x00"] * (count % 2), colours=4)

    passes_up_to(GIF_BLOCKS, check_gif, comments)


@pytest.mark.parametrize("cut", range(0, 30, 3))
def test_a_gif_that_is_cut_ends(cut):
    check_gif(gif(b"\x21\xfe\x09123456789\x00", colours=4)[:cut])


def test_tables_of_an_avif_but_not_what_it_codes():
    start = box(b"ftyp", b"avif")  # counts as 64

    def tables(size):
        return start + box(b"meta", bytes(size - 8)) + box(b"mdat", bytes(10_000))

    check_avif(tables(AVIF_TABLES.most - 128))
    with pytest.raises(TooCostly, match=AVIF_TABLES.name):
        check_avif(tables(AVIF_TABLES.most - 127))


@pytest.mark.parametrize(
    "last",
    [
        box(b"meta", bytes(8 + AVIF_TABLES.most), length=0),  # to the end of the file
        struct.pack(">I4sQ", 1, b"meta", 16 + AVIF_TABLES.most) + bytes(AVIF_TABLES.most),
        box(b"meta", bytes(AVIF_TABLES.most), length=2**32 - 1),
        box(b"free") * (AVIF_TABLES.most // 64 + 1),  # an empty box costs its reader, too
    ],
    ids=["to the end", "64 bits", "beyond the end", "empty"],
)
def test_boxes_of_every_length_are_counted(last):
    with pytest.raises(TooCostly, match=AVIF_TABLES.name):
        check_avif(last)
