"""An AVIF is weighed by its AV1 sequence headers, wherever its boxes say that they stand."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from models.ssd.avif_structure import read_avif
from models.ssd.errors import TooCostly
from models.ssd.limits import AVIF_ITEMS


def saved(image, kind, **options):
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


SMALL_AVIF = saved(Image.new("RGBA", (64, 48), (1, 2, 3, 4)), "AVIF", speed=10)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1, 1), (333, 77), (1600, 1200)])
@pytest.mark.parametrize("frames", [1, 3])
def test_pixels_of_an_avif_are_those_of_its_sequence_headers(mode, size, frames):
    more = [Image.new(mode, size, (each, 0, 0)) for each in range(1, frames)]
    options = {"save_all": True, "append_images": more} if more else {}
    body = saved(Image.new(mode, size), "AVIF", speed=10, **options)
    assert read_avif(body).coded in {size[0] * size[1], 2 * size[0] * size[1]}


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_a_damaged_avif_is_read_as_far_as_it_goes(place, damage):
    body = bytearray(SMALL_AVIF)
    body[place : place + len(damage)] = damage
    assert read_avif(bytes(body)).coded >= 0
    assert read_avif(bytes(body[:place])).coded >= 0


HEAD = struct.pack(">I4s4sI4s", 20, b"ftyp", b"avif", 0, b"avif")


def box(name, content):
    return struct.pack(">I4s", 8 + len(content), name) + content


def sequence(width, height, *, reduced=True, extended=False):
    """AV1's sequence header of a still picture, in bits (AV1 specification, 5.5.1)."""
    bits = (
        "000" + "1" + ("1" + "00000" if reduced else "0" + "0" + "0" + "00000" + "0" * 12 + "00000")
    )
    bits += f"{15:04b}{15:04b}{width - 1:016b}{height - 1:016b}"
    content = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8))
    return bytes([1 << 3 | extended << 2 | 2]) + b"\0" * extended + bytes([len(content)]) + content


DELIMITER = b"\x12\0"


def iloc(*items, version=0, method=0, base=0):
    """Offsets of 4 bytes, lengths of 4, a base of 4; one extent each."""
    table = bytes([version, 0, 0, 0, 0x44, 0x40])
    table += struct.pack(">I" if version == 2 else ">H", len(items))
    for number, offset in enumerate(items):
        table += struct.pack(">I" if version == 2 else ">H", number)
        table += struct.pack(">H", method) if version else b""
        table += struct.pack(">HIHII", 0, base, 1, offset - base, 0)
    return box(b"iloc", table)


def file_of(content, table):
    """A file whose pictures stand behind its boxes; the table is made for their place."""
    length = len(HEAD) + 12 + len(table(0))
    return HEAD + box(b"meta", b"\0\0\0\0" + table(length + 8)) + box(b"mdat", content)


@pytest.mark.parametrize("reduced", [True, False])
@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("before", [b"", DELIMITER, DELIMITER * 49])
def test_pixels_are_those_of_the_sequence_header(reduced, extended, before):
    content = before + sequence(300, 200, reduced=reduced, extended=extended)
    assert read_avif(file_of(content, iloc)).coded == 300 * 200


@pytest.mark.parametrize(
    "content",
    [b"", b"\x0a", DELIMITER * 50 + sequence(300, 200), b"\x32\0" + sequence(300, 200),
     b"\x92\0" + sequence(300, 200)],
    ids=["nothing", "no-size", "behind-too-many", "behind-a-frame", "forbidden-bit"],
)  # fmt: skip
def test_what_a_decoder_does_not_find_is_not_counted(content):
    assert read_avif(file_of(content, iloc)).coded == 0


@pytest.mark.parametrize("version", [0, 1, 2])
@pytest.mark.parametrize("base", [0, 30])
def test_every_version_of_the_table_of_items_is_read(version, base):
    first, second = sequence(300, 200), sequence(50, 40)

    def table(start):
        return iloc(start, start + len(first), version=version, base=base if start else 0)

    assert read_avif(file_of(first + second, table)).coded == 300 * 200 + 50 * 40


def test_items_that_share_their_bytes_are_counted_once():
    content = sequence(300, 200)
    assert read_avif(file_of(content, lambda start: iloc(start, start))).coded == 300 * 200


def test_an_item_may_stand_in_the_data_of_the_table_s_own_box():
    table = iloc(0, version=1, method=1)
    inside = table + box(b"idat", sequence(300, 200))
    assert read_avif(HEAD + box(b"meta", b"\0\0\0\0" + inside)).coded == 300 * 200


@pytest.mark.parametrize(("name", "letter"), [(b"stco", ">I"), (b"co64", ">Q")])
def test_a_track_s_first_piece_is_found_inside_its_boxes(name, letter):
    def boxes(start):
        inner = box(name, struct.pack(">II", 0, 1) + struct.pack(letter, start))
        for outer in (b"stbl", b"minf", b"mdia", b"trak", b"moov"):
            inner = box(outer, inner)
        return inner

    start = len(HEAD + boxes(0)) + 8
    whole = HEAD + boxes(start) + box(b"mdat", sequence(300, 200))
    assert read_avif(whole).coded == 300 * 200


def test_a_long_box_and_one_up_to_the_end_are_passed_over_right():
    content = sequence(300, 200)
    filler = struct.pack(">I4sQ", 1, b"free", 16 + 5) + b"12345"
    table = iloc(len(HEAD) + len(filler) + 12 + len(iloc(0)) + 8)
    meta = box(b"meta", b"\0\0\0\0" + table)
    last = struct.pack(">I4s", 0, b"mdat") + content
    assert read_avif(HEAD + filler + meta + last).coded == 300 * 200


def test_items_are_counted_to_the_last():
    most = AVIF_ITEMS.most
    read_avif(file_of(b"", lambda start: iloc(*[start] * most)))
    with pytest.raises(TooCostly, match=AVIF_ITEMS.name):
        read_avif(file_of(b"", lambda start: iloc(*[start] * (most + 1))))
