"""Directories are read as a reader would: what lies outside the file is left out, rings end."""

import struct

import pytest

from models.ssd.errors import TooCostly
from models.ssd.limits import TIFF_TAGS, TIFF_VALUES
from models.ssd.tiff_directory import Directory, TiffFile

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, IFD, LONG8, SLONG8, IFD8 = (
    1, 2, 3, 4, 5, 7, 13, 16, 17, 18,
)  # fmt: skip


def header(order, first, *, big=False):
    mark = b"II" if order == "<" else b"MM"
    if big:
        return mark + struct.pack(order + "HHHQ", 43, 8, 0, first)
    return mark + struct.pack(order + "HI", 42, first)


def directory(order, entries, following=0, *, big=False):
    """Entries are tag, type, count and the four or eight bytes of the place for their value."""
    word, place = ("Q", 8) if big else ("I", 4)
    body = struct.pack(order + ("Q" if big else "H"), len(entries))
    for tag, kind, count, value in entries:
        body += struct.pack(f"{order}HH{word}", tag, kind, count) + value.ljust(place, b"\0")
    return body + struct.pack(order + word, following)


def first_page(order, entries, *, big=False, behind=b""):
    start = 16 if big else 8
    encoded = header(order, start, big=big) + directory(order, entries, big=big) + behind
    (page,) = TiffFile(encoded).pages()
    return page


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_how_a_file_writes_numbers_is_told_by_its_head(order, big):
    file = TiffFile(header(order, 0, big=big))
    assert (file.order, file.big) == (order, big)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize(
    ("kind", "letter", "count"),
    [(BYTE, "B", 4), (SHORT, "H", 2), (LONG, "I", 1), (IFD, "I", 1)],
)
def test_numbers_that_fit_stand_in_the_entry_itself(order, big, kind, letter, count):
    numbers = tuple(range(200, 200 + count))
    value = struct.pack(f"{order}{count}{letter}", *numbers)
    page = first_page(order, [(256, kind, count, value)], big=big)
    assert page.tags == {256: numbers}
    assert page.place == (16 if big else 8)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize(
    ("kind", "letter", "count"),
    [(SHORT, "H", 5), (LONG, "I", 3), (IFD, "I", 3), (LONG8, "Q", 2), (IFD8, "Q", 2)],
)
def test_longer_ones_stand_where_it_says(order, big, kind, letter, count):
    numbers = tuple(range(70_000, 70_000 + count)) if letter != "H" else tuple(range(count))
    data = struct.pack(f"{order}{count}{letter}", *numbers)
    place = (16 + 8 + 20 + 8) if big else (8 + 2 + 12 + 4)
    value = struct.pack(order + ("Q" if big else "I"), place)
    assert first_page(order, [(273, kind, count, value)], big=big, behind=data).tags == {
        273: numbers
    }


@pytest.mark.parametrize(
    ("kind", "count"),
    [(ASCII, 4), (RATIONAL, 1), (UNDEFINED, 2), (6, 1), (8, 1), (9, 1), (11, 1), (12, 1), (99, 1),
     (SLONG8, 1), (BYTE, 5), (SHORT, 0)],
)  # fmt: skip
def test_what_is_no_whole_number_or_none_or_a_piece_of_bytes_is_left_out(kind, count):
    value = struct.pack("<I", 8)
    page = first_page("<", [(300, kind, count, value), (256, SHORT, 1, b"\7")], behind=bytes(99))
    assert page.tags == {256: (7,)}


@pytest.mark.parametrize(("missing", "read"), [(0, {273: (1, 2, 3)}), (1, {})])
def test_numbers_outside_the_file_are_left_out_to_the_byte(missing, read):
    data = struct.pack("<3I", 1, 2, 3)[: 12 - missing]
    entry = (273, LONG, 3, struct.pack("<I", 26))
    assert first_page("<", [entry], behind=data).tags == read


def test_a_page_gives_the_first_number_of_a_tag_or_all_or_none():
    page = Directory(8, {258: (8, 9)}, 0)
    assert (page.first(258), page.first(259), page.first(259, 1)) == (8, 0, 1)
    assert (page.all(258), page.all(259)) == ((8, 9), ())


def test_pages_follow_one_another_and_a_ring_ends():
    body = header("<", 8) + directory("<", [(256, SHORT, 1, b"\1")], 26)
    body += directory("<", [(256, SHORT, 1, b"\2")], 8)
    assert [page.first(256) for page in TiffFile(body).pages()] == [1, 2]
    assert [page.following for page in TiffFile(body).pages()] == [26, 8]


def test_a_chain_that_leaves_the_file_ends_there():
    body = header("<", 8) + directory("<", [(256, SHORT, 1, b"\1")], 10_000)
    assert len([*TiffFile(body).pages()]) == 1
    assert not [*TiffFile(body[:7]).pages()]
    assert not [*TiffFile(body[:15]).pages()]
    # The place of the next one may be missing; the page is whole.
    (page,) = TiffFile(body[:-4]).pages()
    assert (page.first(256), page.following) == (1, 0)


def test_no_more_than_32_pages_are_looked_at():
    body = header("<", 8)
    for number in range(40):
        body += directory("<", [(256, SHORT, 1, bytes([number]))], len(body) + 18)
    assert [page.first(256) for page in TiffFile(body).pages()] == [*range(32)]


def test_tags_are_counted_to_the_last():
    entries = [(256, SHORT, 1, b"\1")] * TIFF_TAGS.most
    assert first_page("<", entries).tags == {256: (1,)}
    with pytest.raises(TooCostly, match=TIFF_TAGS.name):
        first_page("<", [*entries, entries[0]])


def test_values_of_all_pages_are_counted_together_and_bytes_are_one_piece():
    half = TIFF_VALUES.most // 2
    data = bytes(4 * half)
    page = (273, LONG, half, struct.pack("<I", 8))
    text = (270, ASCII, 4 * half, struct.pack("<I", 8))
    first = 8 + len(data)

    def file(second):
        body = header("<", first) + data + directory("<", [page, text], first + 30)
        return TiffFile(body + directory("<", second))

    assert len([*file([page]).pages()]) == 2
    with pytest.raises(TooCostly, match=TIFF_VALUES.name):
        [*file([page, (256, SHORT, 1, b"\1")]).pages()]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_a_file_may_be_started_at_another_directory(order, big):
    start = 16 if big else 8
    first = directory(order, [(256, SHORT, 1, struct.pack(order + "H", 1))], big=big)
    second = directory(order, [(256, SHORT, 1, struct.pack(order + "H", 2))], big=big)
    body = header(order, start, big=big) + first + second
    moved = TiffFile(body).started_at(start + len(first))
    assert len(moved) == len(body)
    assert [page.first(256) for page in TiffFile(moved).pages()] == [2]
    assert moved[start:] == body[start:]
