"""What is missing or damaged in a state folder: one line each, and nothing is changed."""

import asyncio
import fcntl
import hashlib
import os

import pytest

from dcf.errors import CannotStart
from dcf.gateway.queue.clock import RunClock
from dcf.gateway.queue.records import CALL, Body, Item
from dcf.gateway.queue.store import Store as QueueStore
from dcf.gateway.state_dir_check import problems_of, unused
from dcf.providers.placement import FunctionSpec, RevisionInfo
from dcf.providers.process.store import Record, Store

CODE = b"code"
DIGEST = hashlib.sha256(CODE).hexdigest()


@pytest.fixture(name="home")
def _home(tmp_path):
    """One function, one call with its body in a file, as a stopped gateway leaves them."""
    for folder in ("archives", "queue/bodies"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "lock").touch()
    (tmp_path / "archives" / DIGEST).write_bytes(CODE)
    (tmp_path / "queue/bodies/body").write_bytes(b"12345")

    async def write():
        store = Store(tmp_path / "functions.db")
        spec = FunctionSpec("f", f"archive:sha256:{DIGEST}")
        other = FunctionSpec("f", "registry.example/f:1")
        await store.put(
            Record("f", 1, "then"), RevisionInfo(1, spec, "t"), RevisionInfo(2, other, "t")
        )
        await store.close()
        queue = QueueStore(tmp_path / "queue/queue.db", RunClock())
        await queue.add(Item(0, CALL, "id", "f", "/", "", (), Body(5, None, "body"), 0.0))
        await queue.add(Item(0, CALL, "small", "f", "/", "", (), Body(1, b"x"), 0.0))
        await queue.close()

    asyncio.run(write())
    return tmp_path


def test_a_whole_one_has_no_problem(home):
    assert list(problems_of(home)) == []


def test_an_empty_folder_has_no_problem(tmp_path):
    assert list(problems_of(tmp_path)) == []


def test_a_missing_attachment_is_named(home):
    async def write():
        store = Store(home / "functions.db")
        env = {"M": f"attachment:sha256:{'0' * 64}", "N": f"attachment:sha256:{DIGEST}"}
        spec = FunctionSpec("f", f"archive:sha256:{DIGEST}", env=env)
        await store.put(Record("f", 1, "then"), RevisionInfo(3, spec, "t"))
        await store.close()

    asyncio.run(write())
    problems = list(problems_of(home))
    assert problems == [f"revision 3 of function f lacks the attachment of M: {'0' * 64}"]


HARM = {
    "archive-gone": (
        lambda home: (home / "archives" / DIGEST).unlink(),
        f"revision 1 of function f lacks its archive: archive:sha256:{DIGEST}",
    ),
    "archive-changed": (
        lambda home: (home / "archives" / DIGEST).write_bytes(b"other"),
        f"archives/{DIGEST} is damaged (its sha256 is {hashlib.sha256(b'other').hexdigest()})",
    ),
    "body-gone": (
        lambda home: (home / "queue/bodies/body").unlink(),
        "queue/bodies/body is missing: the body of call id",
    ),
    "body-cut": (
        lambda home: os.truncate(home / "queue/bodies/body", 2),
        "queue/bodies/body has 2 of 5 bytes: the body of call id",
    ),
    "queue-gone": (lambda home: (home / "queue/queue.db").unlink(), "queue.db is missing: it had"),
    "functions-gone": (lambda home: (home / "functions.db").unlink(), "functions.db is missing"),
    "functions-damaged": (
        lambda home: (home / "functions.db").write_bytes(b"words " * 3000),
        "functions.db is damaged (",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("harm", "words"), HARM.values(), ids=HARM)
def test_each_thing_is_one_line(home, harm, words):
    harm(home)
    before = {each: each.read_bytes() for each in home.rglob("*") if each.is_file()}
    (line,) = problems_of(home)
    assert words in line
    assert {each: each.read_bytes() for each in home.rglob("*") if each.is_file()} == before


def test_all_of_them_are_told(home):
    (home / "archives" / DIGEST).write_bytes(b"other")
    (home / "queue/bodies/body").unlink()
    (home / "archives" / "notes.txt").write_text("no archive of ours")
    assert len(list(problems_of(home))) == 2


def test_a_folder_is_kept_from_gateways_meanwhile_and_only_then(home, tmp_path):
    def is_free():
        with (home / "lock").open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
            return True

    with unused(home):
        assert not is_free()
        with (
            pytest.raises(CannotStart, match="is in use by a gateway: stop it first"),
            unused(home),
        ):
            pass
    assert is_free()


def test_what_never_was_a_gateways_is_told(tmp_path):
    with pytest.raises(CannotStart, match="is no gateway's state folder"), unused(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
