"""The picture of a TIFF is its first page that is no thumbnail; its strips tell what it takes."""

import struct
from dataclasses import replace

import pytest

from models.ssd.errors import TooCostly
from models.ssd.limits import TIFF_READ, TIFF_SCANS
from models.ssd.tiff_directory import TiffFile
from models.ssd.tiff_structure import TiffStructure, read_tiff
from tests.models.ssd.matrix.tiff_files import BLACK_IS_ZERO, Layout, tiff_file

LONG = 4
SMALL, LARGE = {256: [8], 257: [4]}, {256: [90], 257: [60]}
GREY = {258: [8], 259: [1], 262: [1], 277: [1]}


def tiff(*pages, inside=()):
    """A TIFF whose pages follow one another; those inside the first are told by its tag 330."""
    out = bytearray(struct.pack("<2sHI", b"II", 42, 8))
    pages = [GREY | page for page in pages]
    sizes = [
        6 + 12 * (len(page) + bool(inside and not number)) for number, page in enumerate(pages)
    ]
    starts = [8 + sum(sizes[:number]) for number in range(len(pages) + 1)]
    behind = bytearray()
    end = starts[-1]

    def written(page, following):
        body = struct.pack("<H", len(page))
        for tag, numbers in sorted(page.items()):
            data = struct.pack(f"<{len(numbers)}I", *numbers)
            if len(data) > 4:
                place = end + len(behind)
                behind.extend(data)
                data = struct.pack("<I", place)
            body += struct.pack("<HHI", tag, LONG, len(numbers)) + data
        return body + struct.pack("<I", following)

    places = []
    for page in inside:
        body = written(GREY | page, 0)
        places.append(end + len(behind))
        behind.extend(body)
    if inside:
        pages[0] = pages[0] | {330: places}
    for number, page in enumerate(pages):
        last = number + 1 == len(pages)
        out += written(page, 0 if last else starts[number + 1])
    return bytes(out + behind)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_a_plain_one_is_its_own_picture(order, big):
    encoded = tiff_file(Layout(bits=16, order=order, big=big))
    found = read_tiff(encoded)
    assert (found.unread, found.size, found.place) == ("", (24, 36), 0)
    assert (found.piece, found.pieces) == (36 * 6 * 7, 4)
    assert found.layout.bits == 16
    assert found.picture_of(encoded, damaged=False) is encoded


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_size_is_that_of_the_upright_picture(orientation):
    size = (36, 24) if orientation >= 5 else (24, 36)
    assert read_tiff(tiff_file(Layout(orientation=orientation))).size == size


@pytest.mark.parametrize("encoded", [b"", b"II*\0", b"II*\0\xff\xff\0\0"])
def test_a_file_without_pages_has_no_picture(encoded):
    assert read_tiff(encoded) == TiffStructure(size=(0, 0))


@pytest.mark.parametrize(
    "mark", [{254: [1]}, {254: [4]}, {254: [5]}, {255: [2]}], ids=["thumb", "mask", "both", "old"]
)
def test_a_thumbnail_or_mask_is_passed_over(mark):
    encoded = tiff(SMALL | mark, LARGE)
    found = read_tiff(encoded)
    assert (found.size, found.place > 8) == ((60, 90), True)
    moved = found.picture_of(encoded, damaged=False)
    assert next(TiffFile(moved).pages()).first(256) == 90


@pytest.mark.parametrize("mark", [{254: [0]}, {254: [2]}, {255: [1]}, {255: [3]}])
def test_another_kind_of_page_is_the_picture(mark):
    found = read_tiff(tiff(SMALL | mark, LARGE))
    assert (found.size, found.place) == ((4, 8), 0)


def test_where_all_are_small_the_first_is_the_picture():
    found = read_tiff(tiff(SMALL | {254: [1]}, LARGE | {254: [1]}))
    assert (found.size, found.place) == ((4, 8), 0)


def test_a_picture_inside_its_thumbnail_is_found_and_those_of_others_are_not():
    assert read_tiff(tiff(SMALL | {254: [1]}, inside=[LARGE])).size == (60, 90)
    # One that follows comes first; no more than eight inside are looked at.
    assert read_tiff(tiff(SMALL | {254: [1]}, {256: [7], 257: [5]}, inside=[LARGE])).size == (5, 7)
    thumbs = [SMALL | {254: [1]}] * 8
    assert read_tiff(tiff(SMALL | {254: [1]}, inside=[*thumbs[:7], LARGE])).size == (60, 90)
    assert read_tiff(tiff(SMALL | {254: [1]}, inside=[*thumbs, LARGE])).size == (4, 8)


def test_a_place_inside_that_leaves_the_file_is_passed_over():
    page = SMALL | {254: [1], 330: [1 << 30]}
    assert read_tiff(tiff(page)).size == (4, 8)


@pytest.mark.parametrize(
    ("pages", "inside"),
    [
        ([LARGE | {50706: [1]}], []),
        ([LARGE | {262: [32803]}], []),
        ([LARGE | {262: [34892]}], []),
        ([LARGE | {259: [34713]}], []),
        ([SMALL | {254: [1]}], [LARGE | {262: [32803]}]),
        ([SMALL | {254: [1]}, LARGE | {259: [32767]}], []),
    ],
)
def test_what_a_sensor_saw_is_told(pages, inside):
    assert read_tiff(tiff(*pages, inside=inside)).unread == "camera raw (DNG, NEF and the like)"


def test_a_raw_file_of_canon_is_told_by_its_head():
    whole = tiff_file(Layout())
    assert read_tiff(whole[:8] + b"CR" + whole[10:]).unread.startswith("camera raw")
    assert read_tiff(whole[:8] + b"RC" + whole[10:]).unread == ""


def test_a_layout_that_nobody_reads_is_named():
    assert read_tiff(tiff(LARGE | {262: [8]})).unread == "8-bit Lab TIFF"


@pytest.mark.parametrize(
    ("layout", "stretched", "stored"),
    [
        (Layout(), 0, 4.0),
        (Layout(BLACK_IS_ZERO), 0, 1.0),
        (Layout(bits=16), 0, 12.0),
        (Layout(bits=64, sample_format=3), 3, 48.0),
        (Layout(BLACK_IS_ZERO, 32, 2), 1, 8.0),
    ],
)
def test_what_its_reader_keeps_and_stretches(layout, stretched, stored):
    found = read_tiff(tiff_file(layout))
    assert (found.stretched, found.stored) == (stretched, stored)


@pytest.mark.parametrize(
    ("layout", "piece", "pieces"),
    [
        (Layout(rows=7), 36 * 3 * 7, 4),
        (Layout(rows=1000), 36 * 3 * 24, 1),
        (Layout(BLACK_IS_ZERO, 1, rows=24), 5 * 24, 1),
        (Layout(tiles=True), 16 * 16 * 3, 6),
        (Layout(planar=2, rows=24), 36 * 3 * 24, 3),
    ],
)
def test_the_largest_strip_or_tile_is_weighed_unpacked(layout, piece, pieces):
    found = read_tiff(tiff_file(layout))
    assert (found.piece, found.pieces) == (piece, pieces)


def test_strips_may_read_the_file_four_times_and_no_byte_more():
    layout = replace(Layout(BLACK_IS_ZERO, rows=4), more=())
    length = len(tiff_file(layout))

    def file(*counts):
        page = LARGE | {273: [8] * len(counts), 279: [*counts]}
        return tiff(page).ljust(length, b"\0")

    assert read_tiff(file(*[length] * 4)).pieces == 4
    # One that says more than there is counts as the file.
    assert read_tiff(file(1 << 30, length, length, length)).pieces == 4
    with pytest.raises(TooCostly, match=TIFF_READ.name):
        read_tiff(file(*[length] * 4, 1))


@pytest.mark.parametrize("compression", [6, 7])
def test_scans_of_a_strip_are_counted_to_the_last(compression):
    def file(first, second):
        strips = b"\xff\xda" * first, b"\xff\xda" * second
        length = len(tiff(LARGE | {259: [7], 273: [0, 0], 279: [0, 0]}))
        page = LARGE | {259: [compression], 273: [length, length + 2 * first]}
        return tiff(page | {279: [2 * first, 2 * second]}) + b"".join(strips)

    most = TIFF_SCANS.most
    assert read_tiff(file(most, most)).pieces == 2
    for counts in ((most + 1, 1), (1, most + 1)):
        with pytest.raises(TooCostly, match=TIFF_SCANS.name):
            read_tiff(file(*counts))
    plain = bytearray(file(most + 1, 1))
    place = plain.index(struct.pack("<HHII", 259, LONG, 1, compression)) + 8
    struct.pack_into("<I", plain, place, 1)
    assert read_tiff(bytes(plain)).pieces == 2
