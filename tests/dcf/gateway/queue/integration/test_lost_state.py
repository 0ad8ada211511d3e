"""A queue that lost a part of its database does not start over in silence."""

import os
import re
import shutil
import signal

import pytest
import requests

from dcf.errors import CannotStart
from dcf.gateway.queue.bodies import IN_DATABASE

LARGE = os.urandom(IN_DATABASE * 5)


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        (("queue.db-wal",), r"lacks its last \d+ changes: queue\.db-wal is missing"),
        (("queue.db", "queue.db-wal"), r"is missing: it had \d+ changes"),
    ],
    ids=["log", "all"],
)
def test_calls_that_were_lost_are_told_of_and_their_bodies_kept(
    queued, listening, run, tmp_path, lost, words, caplog
):
    folder, killed = tmp_path / "queue", tmp_path / "killed"

    async def steps():
        async with queued() as gateway:
            for body in (b"small", LARGE):
                assert (await gateway.submit(body))[0] == 202
            shutil.copytree(folder, killed)  # as a gateway leaves it that is killed now
        shutil.rmtree(folder)
        killed.rename(folder)
        for name in lost:
            (folder / name).unlink()
        with pytest.raises(CannotStart, match=words):
            async with queued():
                pass
        async with listening() as function, queued(function, accept=True) as gateway:
            assert (await gateway.submit(b"new"))[0] == 202
            await gateway.until(waiting=0, running=0, failed=0)
            assert function.bodies == [b"new"]
        async with queued() as gateway:  # asked for once, not for ever
            await gateway.until(waiting=0, running=0, failed=0)

    run(steps())
    (kept,) = folder.glob("bodies.lost-*/*")
    assert kept.read_bytes() == LARGE
    assert list((folder / "bodies").iterdir()) == []
    assert list(folder.glob("queue.db-mark.lost-*"))
    assert sum("started with what is left" in each for each in caplog.messages) == 1


def test_the_command_says_it_in_one_line_and_takes_a_flag(gateways, write_function, tmp_path):
    gateway = gateways()
    gateway.deploy(write_function(tmp_path / "f"))
    answer = requests.post(gateway.rest + "/async-function/echo", data=b"x", timeout=20)
    assert answer.status_code == 202
    gateway.end(signal.SIGKILL)
    (gateway.home / "queue" / "queue.db-wal").unlink()
    with pytest.raises(AssertionError) as caught:
        gateways("--log-level", "warning")
    (line,) = str(caught.value).splitlines()
    assert re.search(r"queue\.db lacks its last .*--accept-lost-state", line)
    again = gateways("--accept-lost-state")
    counts = requests.get(again.rest + "/system/queue", timeout=10).json()
    assert counts["waiting"] == counts["running"] == 0
