"""A log's files in pieces: whole lines, only wanted ones, from the newest backwards."""

import pytest

from dcf.providers.process import log_pieces
from dcf.providers.process.log_pieces import Piece, next_lines, rewind, wanted_by
from dcf.providers.stores import LogLine, LogQuery

EVERY = wanted_by(LogQuery("f"), "")


def line(number, instance="f-1", stamp="2026"):
    return f"{stamp} {instance} line {number}\n".encode()


@pytest.fixture(name="piece")
def _piece(tmp_path):
    """`piece(data, end=None, number=0)` is one over a file of its own."""
    opened = []

    def make(data, end=None, number=0):
        path = tmp_path / str(len(opened))
        path.write_bytes(data)
        opened.append(path.open("rb"))
        return Piece(number, opened[-1], end)

    yield make
    for each in opened:
        each.close()


def texts(lines):
    return [each.text for each in lines]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"2026 f-1 two words", "two words"), (b"2026 f-1 ", ""), (b"2026 f-1", ""),
        (b"2026", None), (b"", None), (b"2025 f-1 old", None), (b"2026 f-2 other", None),
        (b"2026 f-1 \xff", "\ufffd"),
    ],
)  # fmt: skip
def test_a_line_is_a_record_if_it_was_asked_for(raw, text):
    found = wanted_by(LogQuery("f", instance="f-1"), "2026")(raw)
    assert found == (None if text is None else LogLine("f", "f-1", "2026", text))


def test_lines_come_whole_and_a_half_one_waits(piece, tmp_path):
    one = piece(line(1) + line(2) + b"2026 f-1 hal")
    assert texts(next_lines(one, EVERY)) == ["line 1", "line 2"]
    assert next_lines(one, EVERY) is None
    with (tmp_path / "0").open("ab") as file:
        file.write(b"f\n")
    assert texts(next_lines(one, EVERY)) == ["half"]
    assert next_lines(one, EVERY) is None


def test_unwanted_lines_are_passed_over_and_are_not_the_end(piece):
    one = piece(line(1, "f-2"))
    assert next_lines(one, wanted_by(LogQuery("f", instance="f-1"), "")) == []
    assert next_lines(one, EVERY) is None


def test_a_piece_with_an_end_is_read_to_there(piece):
    one = piece(line(1) + line(2), end=len(line(1)))
    assert one.room() == len(line(1))
    assert texts(next_lines(one, EVERY)) == ["line 1"]
    assert (one.room(), next_lines(one, EVERY)) == (0, None)


def test_no_more_than_a_piece_is_read_at_once(piece, monkeypatch):
    monkeypatch.setattr(log_pieces, "_PIECE_BYTES", 3 * len(line(1)) + 4)
    one = piece(b"".join(map(line, range(9))), end=9 * len(line(1)))
    assert [len(next_lines(one, EVERY)) for _ in range(3)] == [3, 3, 3]
    assert next_lines(one, EVERY) is None
    assert piece(b"").room() == 3 * len(line(1)) + 4


def read_on(pieces, wanted):
    found = []
    for each in pieces:
        while (lines := next_lines(each, wanted)) is not None:
            found += texts(lines)
    return found


@pytest.mark.parametrize("tail", range(9))
@pytest.mark.parametrize("follows", [True, False])
def test_a_tail_is_the_newest_lines_over_all_files(piece, tail, follows):
    data = [b"".join(line(n) for n in part) for part in ((0, 1), (2, 3, 4), (), (5,))]
    pieces = [
        piece(each, None if follows and place == 3 else len(each), place)
        for place, each in enumerate(data)
    ]
    kept = rewind(pieces, EVERY, tail)
    assert [each.number for each in kept] == sorted(each.number for each in kept)
    assert kept[-1] is pieces[-1]  # where a follower goes on
    assert read_on(kept, EVERY) == [f"line {n}" for n in range(max(0, 6 - tail), 6)]


def test_a_tail_counts_wanted_lines_alone(piece):
    wanted = wanted_by(LogQuery("f", instance="f-1"), "")
    data = line(1) + line(2, "f-2") + line(3) + line(4, "f-2")
    assert read_on(rewind([piece(data)], wanted, 2), wanted) == ["line 1", "line 3"]


def test_files_before_the_tail_are_not_read(piece):
    old, new = piece(line(1)), piece(line(2) + line(3))
    assert list(rewind([old, new], EVERY, 1)) == [new]
    assert old.file.tell() == 0
