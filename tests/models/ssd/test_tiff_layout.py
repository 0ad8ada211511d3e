"""Who reads a TIFF right follows from its tags, and one that nobody reads has a name.

Whether they do read it right is held against other programs by the matrix.
"""

import pytest
from msgspec.structs import replace

from models.ssd.tiff_directory import Directory, TiffFile
from models.ssd.tiff_layout import (
    BLACK_IS_ZERO,
    CMYK,
    PALETTE,
    RGB,
    WHITE_IS_ZERO,
    YCBCR,
    Reader,
    TiffLayout,
)

LITTLE, BIG_ENDIAN, BIGTIFF = TiffFile(b"II*\0"), TiffFile(b"MM\0*"), TiffFile(b"MM\0+")
PLAIN = {258: (8, 8, 8), 259: (1,), 262: (RGB,), 277: (3,)}
PILLOW, FLAT, DEEP = Reader.PILLOW, Reader.FLAT, Reader.DEEP


def layout(tags=None, file=LITTLE):
    return TiffLayout.of(Directory(8, PLAIN | (tags or {}), 0), file)


def bare(tags):
    return TiffLayout.of(Directory(8, tags, 0), LITTLE)


def test_tags_that_are_missing_have_the_defaults_of_the_standard():
    assert bare({}) == TiffLayout(
        photometric=WHITE_IS_ZERO, bits=1, samples=1, extra=(), sample_format=1, compression=1,
        planes=False, tiled=False, backwards=False, foreign=False, shuffled=False, shared=(2, 2),
        greatest=0, inks=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "file", "changed"),
    [
        ({258: (8, 16, 8)}, LITTLE, {"bits": 0}),
        ({258: (16, 16, 16)}, LITTLE, {"bits": 16}),
        ({277: (4,), 338: (2,)}, LITTLE, {"samples": 4, "extra": (2,)}),
        ({339: (3, 3, 3)}, LITTLE, {"sample_format": 3}),
        ({339: (4, 0, 1)}, LITTLE, {"sample_format": 1}),
        ({339: (1, 2, 1)}, LITTLE, {"sample_format": 0}),
        ({284: (2,)}, LITTLE, {"planes": True}),
        ({322: (16,)}, LITTLE, {"tiled": True}),
        ({266: (2,)}, LITTLE, {"backwards": True}),
        ({317: (3,)}, BIG_ENDIAN, {"shuffled": True}),
        ({317: (3,)}, LITTLE, {}),
        ({317: (2,)}, BIG_ENDIAN, {}),
        ({}, BIGTIFF, {"foreign": True}),
        ({}, BIG_ENDIAN, {}),
        ({}, TiffFile(b"II+\0"), {}),
        ({530: (4, 1)}, LITTLE, {"shared": (4, 1)}),
        ({281: (1023,)}, LITTLE, {"greatest": 1023}),
        ({332: (2,)}, LITTLE, {"inks": 2}),
    ],
)
def test_each_tag_tells_what_it_is_for(tags, file, changed):
    assert layout(tags, file) == replace(layout(), **changed)


def test_planes_of_one_sample_are_none():
    assert not bare({284: (2,), 277: (1,)}).planes
    assert not bare({284: (2,)}).planes


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({259: (7,), 262: (YCBCR,)}, (YCBCR, 8, 3)),
        ({259: (7,), 262: (RGB,)}, (RGB, 8, 3)),
        ({259: (7,), 262: (BLACK_IS_ZERO,)}, (BLACK_IS_ZERO, 8, 1)),
        ({259: (6,), 262: (RGB,)}, (YCBCR, 8, 3)),
        ({259: (5,), 262: (RGB,)}, (RGB, 1, 1)),
    ],
)
def test_a_jpeg_inside_needs_not_say_what_it_says_itself(tags, expected):
    found = bare(tags)
    assert (found.photometric, found.bits, found.samples) == expected


GREY = replace(layout(), photometric=BLACK_IS_ZERO, samples=1)
INK = replace(layout(), photometric=CMYK, samples=4)
TINTED = replace(layout(), photometric=YCBCR, compression=7)
TABLE = replace(GREY, photometric=PALETTE)
DEEP_GREY, DEEP_RGB = replace(GREY, bits=16), replace(layout(), bits=16)
ALPHA = {"samples": 4, "extra": (2,)}

READERS = [
    (layout(), {}, PILLOW),
    (layout(), {"compression": 9}, None),
    (layout(), {"compression": 50000}, PILLOW),
    (layout(), {"sample_format": 5}, None),
    (layout(), {"sample_format": 2}, None),
    (layout(), {"bits": 4}, None),
    (layout(), {"bits": 0}, None),
    (layout(), {"photometric": 8}, None),
    (layout(), ALPHA, PILLOW),
    (layout(), {"samples": 4, "extra": ()}, PILLOW),
    (layout(), {"samples": 4, "extra": (3,)}, None),
    (layout(), {"samples": 5, "extra": (2, 0)}, None),
    (layout(), ALPHA | {"backwards": True}, None),
    (layout(), ALPHA | {"planes": True}, PILLOW),
    (layout(), {"samples": 4, "extra": (1,), "planes": True}, None),
    (layout(), {"foreign": True}, FLAT),
    (layout(), {"foreign": True, "tiled": True}, None),
    (layout(), {"foreign": True, "compression": 50000}, None),
    (layout(), {"foreign": True} | ALPHA, None),
    (layout(), {"backwards": True}, FLAT),
    (layout(), {"backwards": True, "compression": 5}, PILLOW),
    (layout(), {"tiled": True}, PILLOW),
    (layout(), {"planes": True}, PILLOW),
    (layout(), {"inks": 2}, None),
    (GREY, {}, PILLOW),
    (GREY, {"bits": 1, "backwards": True}, PILLOW),
    (GREY, {"backwards": True}, FLAT),
    (GREY, {"bits": 4, "foreign": True}, None),
    (GREY, {"bits": 1, "foreign": True}, FLAT),
    (GREY, {"samples": 2, "extra": (2,)}, PILLOW),
    (GREY, {"samples": 2, "extra": ()}, None),
    (GREY, {"photometric": WHITE_IS_ZERO, "samples": 2, "extra": (2,)}, None),
    (GREY, {"samples": 2, "extra": (2,), "planes": True}, None),
    (TABLE, {"bits": 4, "foreign": True}, FLAT),
    (TABLE, {"samples": 2, "extra": (1,)}, None),
    (TABLE, {"samples": 2, "extra": (2,)}, PILLOW),
    (TABLE, {"bits": 16}, None),
    (INK, {}, PILLOW),
    (INK, {"bits": 16}, PILLOW),
    (INK, {"bits": 16, "planes": True}, None),
    (INK, {"inks": 2}, None),
    (INK, {"samples": 5, "extra": (0,)}, PILLOW),
    (INK, {"samples": 5, "extra": (2,)}, None),
    (INK, {"backwards": True, "compression": 5}, FLAT),
    (TINTED, {}, PILLOW),
    (TINTED, {"compression": 1}, FLAT),
    (TINTED, {"compression": 1, "shared": (3, 1)}, None),
    (TINTED, {"planes": True}, None),
    (TINTED, {"planes": True, "compression": 1}, FLAT),
    (DEEP_GREY, {}, DEEP),
    (DEEP_GREY, {"bits": 10}, DEEP),
    (DEEP_GREY, {"bits": 11}, None),
    (DEEP_GREY, {"bits": 24}, None),
    (DEEP_GREY, {"bits": 32}, DEEP),
    (DEEP_GREY, {"bits": 64}, None),
    (DEEP_GREY, {"sample_format": 2}, DEEP),
    (DEEP_GREY, {"sample_format": 2, "bits": 64}, None),
    (DEEP_GREY, {"sample_format": 3}, None),
    (DEEP_GREY, {"sample_format": 3, "bits": 64}, DEEP),
    (DEEP_GREY, {"sample_format": 3, "bits": 32, "shuffled": True}, None),
    (DEEP_GREY, {"samples": 2, "extra": (2,)}, None),
    (DEEP_GREY, {"photometric": WHITE_IS_ZERO}, DEEP),
    (DEEP_GREY, {"photometric": WHITE_IS_ZERO, "bits": 12}, None),
    (DEEP_GREY, {"photometric": WHITE_IS_ZERO, "sample_format": 2}, None),
    (DEEP_GREY, {"compression": 50000}, PILLOW),
    (DEEP_GREY, {"compression": 50000, "bits": 12}, None),
    (DEEP_GREY, {"compression": 50000, "foreign": True}, None),
    (DEEP_GREY, {"compression": 50000, "backwards": True}, None),
    (DEEP_GREY, {"compression": 50000, "photometric": WHITE_IS_ZERO}, None),
    (DEEP_GREY, {"compression": 50000, "sample_format": 3, "bits": 32}, PILLOW),
    (DEEP_RGB, {}, DEEP),
    (DEEP_RGB, ALPHA, DEEP),
    (DEEP_RGB, {"samples": 5, "extra": (2, 0)}, None),
    (DEEP_RGB, {"samples": 4, "extra": (2, 0)}, None),
    (DEEP_RGB, {"planes": True}, FLAT),
    (DEEP_RGB, {"planes": True, "tiled": True}, None),
    (DEEP_RGB, {"planes": True} | ALPHA, None),
    (DEEP_RGB, {"planes": True, "bits": 32}, None),
    (DEEP_RGB, {"compression": 50000, "planes": True}, None),
    (DEEP_RGB, {"compression": 50000} | ALPHA, None),
    (DEEP_RGB, {"compression": 50000, "sample_format": 3, "bits": 32}, None),
]


@pytest.mark.parametrize(("base", "changes", "reader"), READERS)
def test_who_reads_it_right(base, changes, reader):
    assert replace(base, **changes).reader is reader


@pytest.mark.parametrize(
    ("base", "changes", "name"),
    [
        (layout(), {}, "8-bit RGB TIFF"),
        (layout(), {"bits": 0}, "mixed-depth RGB TIFF"),
        (GREY, {"bits": 16, "sample_format": 3}, "16-bit float grey TIFF"),
        (GREY, {"sample_format": 2}, "8-bit signed grey TIFF"),
        (
            INK,
            {"planes": True, "samples": 5, "extra": (0,)},
            "8-bit CMYK with 1 extra in planes TIFF",
        ),
        (layout(), {"compression": 9, "photometric": 8}, "8-bit Lab, compression 9 TIFF"),
        (layout(), {"photometric": 77}, "8-bit photometric 77 TIFF"),
    ],
)
def test_its_name_says_what_is_odd(base, changes, name):
    assert replace(base, **changes).name == name


@pytest.mark.parametrize(
    ("base", "changes", "stored"),
    [
        (layout(), {}, 4.0),
        (GREY, {}, 1.0),
        (GREY, {"backwards": True}, 4.0),
        (DEEP_GREY, {}, 4.0),
        (DEEP_GREY, {"bits": 10}, 4),
        (DEEP_RGB, {"sample_format": 3, "bits": 64}, 48.0),
    ],
)
def test_bytes_that_a_reader_keeps_of_a_pixel(base, changes, stored):
    assert replace(base, **changes).stored == stored


@pytest.mark.parametrize(
    ("changes", "stretched"),
    [({}, False), ({"bits": 32}, True), ({"sample_format": 2}, True), ({"bits": 10}, False)],
)
def test_which_numbers_are_stretched(changes, stretched):
    assert replace(DEEP_GREY, **changes).stretched is stretched
