"""A body on its way into a file: what a full disk refuses waits in memory, or is lost."""

import errno
import os
import resource

import pytest

from dcf.gateway.queue.body_file import BodyFile, LostBodyError, Spare


def test_pieces_wait_in_order_and_their_memory_is_given_back(tmp_path):
    spare = Spare(100)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    file = BodyFile(tmp_path / "body", spare)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
        assert [file.write(piece) for piece in (b"0123456", b"789ab", b"cdef")] == [7, 5, 4]
        assert spare.left == 94
        with pytest.raises(OSError, match="large"):
            file.finish()
        resource.setrlimit(resource.RLIMIT_FSIZE, (13, before[1]))
        with pytest.raises(OSError, match="large"):
            file.finish()
        assert spare.left == 97
        with pytest.raises(LostBodyError):
            file.write(bytes(98))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    file.give_up()
    assert (spare.left, list(tmp_path.iterdir())) == (100, [])
    again = BodyFile(tmp_path / "body", spare)
    again.write(b"0123")
    again.finish()
    assert (tmp_path / "body").read_bytes() == b"0123"


def test_memory_is_shared_and_never_more_than_there_is():
    spare = Spare(10)
    assert spare.take(6)
    assert not spare.take(5)
    assert spare.take(4)
    spare.give(5)
    assert (spare.take(5), spare.take(1), spare.left) == (True, False, 0)


def test_a_name_is_taken_once(tmp_path):
    """Nothing is ever written over: names are random, and one that is there is somebody's."""
    (tmp_path / "body").write_bytes(b"of somebody else")
    with pytest.raises(LostBodyError):
        BodyFile(tmp_path / "body", Spare(0)).write(b"mine")
    assert (tmp_path / "body").read_bytes() == b"of somebody else"


def test_a_flush_that_fails_is_not_tried_again(tmp_path, monkeypatch):
    """What could not be written is forgotten by the system: a second flush would lie."""
    file = BodyFile(tmp_path / "body", Spare(100))
    file.write(b"0123")

    def fail(_number):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(LostBodyError) as raised:
        file.finish()
    assert raised.value.errno == errno.EIO
    file.give_up()
    assert list(tmp_path.iterdir()) == []


def test_who_still_writes_when_it_was_given_up_is_told_and_makes_no_file(tmp_path):
    spare = Spare(100)
    never = BodyFile(tmp_path / "never", spare)
    never.give_up()
    with pytest.raises(LostBodyError):
        never.finish()
    begun = BodyFile(tmp_path / "begun", spare)
    begun.write(b"0123")
    begun.give_up()
    with pytest.raises(LostBodyError):
        begun.finish()
    assert (spare.left, list(tmp_path.iterdir())) == (100, [])
