"""A JPEG's scans are weighed by its blocks and its header, without decoding anything."""

import io
import struct

import pytest
from PIL import Image

from models.ssd.errors import TooCostly
from models.ssd.jpeg_structure import read_jpeg
from models.ssd.limits import JPEG_METADATA, JPEG_SCANS, JPEG_SEGMENTS

START, END = b"\xff\xd8", b"\xff\xd9"
BASELINE, PROGRESSIVE, LOSSLESS, ARITHMETIC = 0xC0, 0xC2, 0xC3, 0xC9


def segment(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def frame(marker=BASELINE, size=(64, 80), sampling=(0x11,), precision=8):
    parts = b"".join(bytes([number, each, 0]) for number, each in enumerate(sampling, 1))
    return segment(marker, struct.pack(">BHHB", precision, *size, len(sampling)) + parts)


def scan(*components, band=(0, 63), bits=0, data=b"\x12\x34"):
    names = b"".join(bytes([each, 0]) for each in components)
    return segment(0xDA, bytes([len(components)]) + names + bytes([*band, bits])) + data


def jpeg(*parts):
    return START + b"".join(parts) + END


BLOCKS = 8 * 10


@pytest.mark.parametrize(
    ("parts", "nanoseconds"),
    [
        ([frame(), scan(1)], 25.0 * BLOCKS),
        ([frame(PROGRESSIVE), scan(1)], 6.0 * BLOCKS),
        ([frame(PROGRESSIVE), scan(1, band=(1, 20), bits=0x10)], (6.0 + 0.35 * 20) * BLOCKS),
        ([frame(PROGRESSIVE), scan(1, band=(1, 20), bits=1)], 6.0 * BLOCKS),
        ([frame(PROGRESSIVE), scan(1, band=(9, 5), bits=0x10)], (6.0 + 0.35) * BLOCKS),
        ([frame(PROGRESSIVE), scan(1, band=(0, 255), bits=0x10)], (6.0 + 0.35 * 64) * BLOCKS),
        ([frame(PROGRESSIVE), scan(1), scan(1), scan(1)], 3 * 6.0 * BLOCKS),
        ([frame(LOSSLESS), scan(1)], 550.0 * BLOCKS),
        ([frame(ARITHMETIC), scan(1)], (100 + 8.0 * 64) * BLOCKS),
        ([frame(0xCA), scan(1, band=(1, 20))], (100 + 8.0 * 20) * BLOCKS),
        # A component that the frame has not costs nothing; the second of two frames counts nothing.
        ([frame(PROGRESSIVE), scan(7)], 0.0),
        ([frame(PROGRESSIVE), frame(PROGRESSIVE, (800, 800)), scan(1)], 6.0 * BLOCKS),
        # Each component has blocks of its own, filled up to whole units.
        ([frame(PROGRESSIVE, (17, 17), (0x22, 0x11, 0x11)), scan(1)], 6.0 * 16),
        ([frame(PROGRESSIVE, (17, 17), (0x22, 0x11, 0x11)), scan(2, 3)], 6.0 * 8),
        ([frame(PROGRESSIVE, (17, 33), (0x21, 0x11)), scan(1, 2)], 6.0 * (18 + 9)),
        # The one scan of all components of a sequential one is the last that is decoded.
        ([frame(), scan(1), scan(1)], 25.0 * BLOCKS),
        ([frame(sampling=(0x11, 0x11)), scan(1), scan(2)], 2 * 25.0 * BLOCKS),
    ],
)
def test_a_scan_costs_what_its_header_says_times_blocks(parts, nanoseconds):
    assert read_jpeg(jpeg(*parts)).nanoseconds == pytest.approx(nanoseconds)


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        ([frame(), scan(1)], 0),
        ([frame(PROGRESSIVE), scan(1)], 128 * BLOCKS),
        ([frame(PROGRESSIVE)], 0),
        ([frame(sampling=(0x11, 0x11)), scan(1), scan(2)], 128 * 2 * BLOCKS),
    ],
)
def test_coefficients_are_kept_where_a_further_scan_may_come(parts, kept):
    assert read_jpeg(jpeg(*parts)).coefficients == kept


@pytest.mark.parametrize(
    ("head", "unread"),
    [
        (frame(), ""),
        (frame(0xC1), ""),
        (frame(0xF7), "JPEG-LS"),
        (frame(0xDE), "hierarchical JPEG"),
        (frame(0xC5), "hierarchical JPEG"),
        (frame(precision=12), "12-bit JPEG"),
        (frame(LOSSLESS), ""),
        (frame(LOSSLESS, sampling=(0x11,) * 3), "lossless JPEG in colour"),
        (frame(0xCB), "lossless JPEG with arithmetic coding"),
        (frame(size=(1, 65_500)), ""),
        (frame(size=(1, 65_501)), "JPEG of more than 65,500 pixels on a side"),
        (frame(size=(65_501, 1)), "JPEG of more than 65,500 pixels on a side"),
        (frame(sampling=(0x11,) * 2), "JPEG of 2 components"),
        (frame(sampling=(0x11,) * 4), ""),
        (frame(size=(0, 9)), "JPEG that tells its height at its end (DNL)"),
        # Tables of Huffman and arithmetic coding, and a reserved marker, are no frames.
        (segment(0xC4, bytes(9)) + segment(0xCC, bytes(9)) + segment(0xC8, bytes(9)), ""),
    ],
)
def test_a_kind_that_nobody_reads_is_named(head, unread):
    assert read_jpeg(jpeg(head, scan(1))).unread == unread


@pytest.mark.parametrize("marker", [BASELINE, LOSSLESS])
def test_a_lossless_one_is_told(marker):
    assert read_jpeg(jpeg(frame(marker), scan(1))).lossless is (marker == LOSSLESS)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_real_one_is_read_to_its_end(progressive, mode):
    target = io.BytesIO()
    Image.new(mode, (64, 64), 77 if mode == "L" else (9, 99, 199, 30)[: len(mode)]).save(
        target, "JPEG", progressive=progressive, subsampling=0
    )
    scans = target.getvalue().count(b"\xff\xda")
    found = read_jpeg(target.getvalue())
    assert (found.unread, found.lossless) == ("", False)
    assert found.coefficients == (128 * 64 * len(mode) if progressive else 0)
    assert (scans > 1) == progressive
    assert found.nanoseconds >= 64 * len(mode) * (6 if progressive else 25)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\0\xff\0", b"\xff\xd0\x12\xff\xd7", b"\xff\xff", b"\xff\0\xda\xff\xd3\xda"]
)
def test_data_of_a_scan_end_at_a_marker_that_is_one(data):
    parts = [frame(PROGRESSIVE), scan(1, data=data), scan(1)]
    assert read_jpeg(jpeg(*parts)).nanoseconds == pytest.approx(2 * 6.0 * BLOCKS)


@pytest.mark.parametrize("between", [b"\0", b"\x12\x34", b"\xff\xff", b"\xff\x01", b"\xff\xd8"])
def test_what_stands_between_segments_is_passed_over(between):
    parts = [between, frame(PROGRESSIVE), between, scan(1)]
    assert read_jpeg(jpeg(*parts)).nanoseconds == pytest.approx(6.0 * BLOCKS)


def test_nothing_behind_the_end_counts_and_a_cut_one_counts_as_far_as_it_goes():
    whole = jpeg(frame(PROGRESSIVE), scan(1))
    assert read_jpeg(whole + frame(PROGRESSIVE) + scan(1)).nanoseconds == 6.0 * BLOCKS
    head = START + frame(PROGRESSIVE)
    assert read_jpeg(head + scan(1) + scan(1)[:8]).nanoseconds == 6.0 * BLOCKS
    for length in range(len(head)):
        assert read_jpeg(whole[:length]).nanoseconds == 0


def test_segments_scans_and_metadata_are_counted_to_the_last():
    head = frame(PROGRESSIVE)
    read_jpeg(jpeg(head, scan(1) * JPEG_SCANS.most))
    with pytest.raises(TooCostly, match=JPEG_SCANS.name):
        read_jpeg(jpeg(head, scan(1) * (JPEG_SCANS.most + 1)))
    for content in (b"Exif\0\0", b"Photoshop 3.0\0"):
        read_jpeg(jpeg(segment(0xE1, content) * JPEG_METADATA.most))
        with pytest.raises(TooCostly, match=JPEG_METADATA.name):
            read_jpeg(jpeg(segment(0xE1, content) * (JPEG_METADATA.most + 1)))
    read_jpeg(jpeg(segment(0xE1, b"http://ns.adobe.com/\0") * (JPEG_METADATA.most + 1)))
    comment = segment(0xFE, b"")
    read_jpeg(START + comment * JPEG_SEGMENTS.most)
    with pytest.raises(TooCostly, match="^.*" + JPEG_SEGMENTS.name):
        read_jpeg(START + comment * (JPEG_SEGMENTS.most + 1))
