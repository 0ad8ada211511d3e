import pytest
from hypothesis import given
from hypothesis import strategies as st
from waitress.buffers import OverflowableBuffer

from watcher.web.chunks import Chunks


def read(raw, pieces=(), overflow=1 << 20):
    """Reads raw bytes, cut into pieces of these sizes; the reader, and how many were taken."""
    chunks, taken = Chunks(OverflowableBuffer(overflow)), 0
    for size in (*pieces, len(raw) or 1):
        piece = raw[taken : taken + size]
        count = chunks.received(piece)
        taken += count
        if chunks.completed or chunks.error or not piece:
            break
        assert count == len(piece)
    return chunks, taken


def sent(body, sizes):
    raw = b""
    for size in sizes:
        if piece := body[:size]:
            raw += b"%x\r\n%b\r\n" % (len(piece), piece)
        body = body[size:]
    if body:
        raw += b'%X;last="yes, it; is"\r\n%b\r\n' % (len(body), body)
    return raw + b"0\r\n"


@given(
    st.binary(max_size=300),
    st.lists(st.integers(1, 40), max_size=10),
    st.lists(st.integers(1, 7), max_size=400),
    st.sampled_from([b"", b"Expires: never\r\n", b"A: b\r\nC:\r\n"]),
    st.sampled_from([0, 10, 1 << 20]),
)
def test_a_body_is_what_was_sent_however_it_is_cut(body, sizes, pieces, trailer, overflow):
    raw = sent(body, sizes) + trailer + b"\r\n"
    chunks, taken = read(raw + b"GET / HTTP/1.1", pieces, overflow)
    assert chunks.completed
    assert chunks.error is None
    assert taken == len(raw)
    assert len(chunks) == len(body)
    assert chunks.getfile().read() == body
    chunks.getbuf().close()


BAD = [
    b"\r\n5\r\nhello\r\n0\r\n\r\n", b"5\nhello\r\n0\r\n\r\n", b"5\n\r\nhello\r\n0\r\n\r\n",
    b"5\r\nhello0\r\n\r\n", b"5\r\nhello\n0\r\n\r\n", b"5\r\nhello\r0\r\n\r\n",
    b"5\r\nhello world\r\n0\r\n\r\n", b"4\r\nhello\r\n0\r\n\r\n", b"+5\r\nhello\r\n0\r\n\r\n",
    b"-5\r\nhello\r\n", b"0x5\r\nhello\r\n", b" 5\r\nhello\r\n", b"5 \r\nhello\r\n",
    b"5 ;a=b\r\nhello\r\n", b"5;\r\nhello\r\n", b"5;a=\"b\r\nhello\r\n", b"5;a\n\r\nhello\r\n",
    b"5;a\x00\r\nhello\r\n", b"5;a\rb\r\nhello\r\n", b"5_0\r\nhello\r\n", b"ZZ\r\n", b";a\r\n",
    b"1" * 17 + b"\r\n", b"1" * 5000, b"5;" + b"a" * 5000, b"g\r\n",
    b"0\r\nGET /admin HTTP/1.1\r\nX: y\r\n\r\n", b"0\r\n a: b\r\n\r\n", b"0\r\na : b\r\n\r\n",
    b"0\r\na: b\n\r\n\r\n", b"0\r\na: b\x00\r\n\r\n", b"0\r\n\n", b"0\r\n\rX",
    b"0\r\n" + b"a: b\r\n" * 5000,
    b"0\r\n" + b"a" * 20000, b"0\r\na: " + b"b" * 16379 + b"\r\n\r\n",
]  # fmt: skip


@pytest.mark.parametrize("raw", BAD)
@pytest.mark.parametrize("step", [1, 3, 1 << 20])
def test_what_only_looks_like_chunks_is_refused(raw, step):
    chunks, _ = read(raw, [step] * len(raw))
    assert chunks.error is not None
    assert chunks.error.code == 400
    assert not chunks.completed


def test_the_largest_size_is_waited_for():
    chunks, taken = read(b"f" * 16 + b"\r\nhello\r\n")
    assert chunks.error is None
    assert not chunks.completed
    assert taken == 25


def test_a_trailer_up_to_its_limit_is_taken_and_dropped():
    raw = b"1\r\nx\r\n0\r\na: " + b"b" * 16000 + b"\r\n\r\n"
    chunks, taken = read(raw)
    assert chunks.completed
    assert taken == len(raw)
    assert chunks.getfile().read() == b"x"


@given(st.lists(st.one_of(st.binary(max_size=20), st.sampled_from([b"5\r\n", b"\r\n", b"0\r\n"]))))
def test_whatever_comes_is_read_or_refused_alike_however_it_is_cut(parts):
    raw = b"".join(parts)
    one, together = read(raw, [1] * len(raw)), read(raw)
    assert (one[0].completed, bool(one[0].error)) == (
        together[0].completed,
        bool(together[0].error),
    )
    assert len(one[0]) == len(together[0])
