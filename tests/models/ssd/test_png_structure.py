"""A PNG's chunks are counted up to the table's number, and those of its picture are found."""

import struct

import pytest

from models.ssd.errors import TooCostly
from models.ssd.limits import PNG_CHUNKS
from models.ssd.png_structure import read_png


def png(*names, content=b""):
    body = b"".join(struct.pack(">I4s", len(content), name) + content + b"sum!" for name in names)
    return b"\x89PNG\r\n\x1a\n" + body


def test_chunks_are_counted_up_to_the_limit_and_no_further():
    read_png(png(*[b"IDAT"] * PNG_CHUNKS.most))
    with pytest.raises(TooCostly, match=PNG_CHUNKS.name):
        read_png(png(*[b"IDAT"] * (PNG_CHUNKS.most + 1)))


def test_what_a_chunk_holds_is_passed_over_whatever_it_looks_like():
    found = read_png(png(b"IDAT", content=png(*[b"zTXt"] * 100)))
    assert [chunk.name for chunk in found.needed] == [b"IDAT"]


@pytest.mark.parametrize("name", [b"zTXt", b"iTXt", b"iCCP", b"tEXt"])
def test_texts_are_not_of_the_picture(name):
    found = read_png(png(b"IHDR", name, b"IDAT"))
    assert [chunk.name for chunk in found.needed] == [b"IHDR", b"IDAT"]
    assert found.more
