"""Updates, in every order in which they can meet: what served goes on until another is ready."""

import asyncio
import json
import shutil
import sqlite3
from urllib.request import urlopen

import pytest

from dcf.errors import StorageFull
from dcf.providers.placement import FunctionSpec
from dcf.providers.rollout.states import State
from dcf.providers.stores import LogQuery
from tests.dcf.providers.process.schemas import write_schema_1
from tests.waiting import turns, until_async

ONE = "def handle(body):\n    return 'one'\n"
TWO = "def handle(body):\n    return 'two'\n"
SLOW = "def handle(body):\n    return 'slow'\n"
LATE = (
    "import os\n\nif not os.path.exists(os.environ['MARK']):\n"
    "    raise RuntimeError('there is no mark')\n" + ONE
)
CRASHES = """
import os
import threading

def end():
    {wait}
    os._exit(3)

threading.Thread(target=end, daemon=True).start()

def handle(body):
    return 'crashes'
"""
BROKEN = "raise RuntimeError('the weights are missing')\n"


# Code may still be prepared, or processes may be starting already.
both = pytest.mark.parametrize("state", [State.PREPARING, State.STARTING], ids=lambda s: s.name)


async def told(driven):
    return [(each.number, each.rollout) for each in await driven.provider.placement.history("f")]


def test_one_that_cannot_become_ready_leaves_the_old_and_says_why(drive):
    async def steps(driven):
        await driven.deploy(ONE)
        await driven.provider.placement.update(FunctionSpec("f", await driven.image(BROKEN)))
        status = await driven.failed()
        assert "the weights are missing" in status.reason
        assert await driven.call() == "one"

        async def noted():  # what serves is known at once, and written down after it
            newest, first = await driven.provider.placement.history("f")
            return (newest, first) if newest.rollout == "failed" else None

        newest, first = await until_async(noted)
        assert (newest.serving, first.serving) == (False, True)
        assert "the weights are missing" in newest.reason
        assert status.spec == first.spec

    drive(steps)


def test_going_back_needs_nothing_of_the_users_folder(drive):
    async def steps(driven):
        await driven.deploy(ONE)
        await driven.provider.placement.update(FunctionSpec("f", await driven.image(TWO)))
        await driven.ready()
        shutil.rmtree(driven.folder / "source")
        await driven.provider.placement.rollback("f", None)
        await driven.ready()
        assert await driven.call() == "one"

    drive(steps)


def test_going_back_from_one_that_never_was_ready(drive):
    async def steps(driven):
        await driven.deploy(ONE)
        await driven.provider.placement.update(FunctionSpec("f", await driven.image(BROKEN)))
        await driven.failed()
        await driven.provider.placement.rollback("f", 1)
        assert (await driven.ready()).reason == ""
        assert await told(driven) == [(3, "ready"), (2, "failed"), (1, "ready")]

    drive(steps)


@both
def test_an_update_during_an_update_gives_the_first_one_up(drive, gate, state):
    async def steps(driven):
        await driven.deploy(ONE)
        slow = FunctionSpec("f", await driven.image(gate.code + SLOW))
        await driven.provider.placement.update(slow)
        await driven.rolling(state)
        await driven.provider.placement.update(FunctionSpec("f", await driven.image(TWO)))
        await driven.ready()
        assert await driven.call() == "two"
        newest, given_up, _ = await driven.provider.placement.history("f")
        assert (newest.rollout, given_up.rollout) == ("ready", "failed")
        assert given_up.reason == "given up for revision 3 before it took over"

    drive(steps)


def test_an_update_mends_a_first_revision_that_was_never_ready(drive):
    async def steps(driven):
        await driven.provider.placement.deploy(FunctionSpec("f", await driven.image(BROKEN)))
        await driven.failed()
        await driven.provider.placement.update(FunctionSpec("f", await driven.image(ONE)))
        await driven.ready()
        assert await driven.call() == "one"
        assert await told(driven) == [(2, "ready"), (1, "failed")]

    drive(steps)


def test_a_first_revision_that_gets_ready_after_all_serves_though_an_update_failed(drive):
    async def steps(driven):
        mark = driven.folder / "mark"
        spec = FunctionSpec("f", await driven.image(LATE), env={"MARK": str(mark)})
        await driven.provider.placement.deploy(spec)
        await driven.failed()
        await driven.provider.placement.update(FunctionSpec("f", await driven.image(BROKEN)))
        await driven.failed()
        mark.touch()
        await driven.until(lambda status: status.available == 1)

        async def serves():
            _, first = await driven.provider.placement.history("f")
            return first.serving

        await until_async(serves)
        newest, first = await driven.provider.placement.history("f")
        assert (newest.rollout, first.rollout) == ("failed", "ready")

    drive(steps)


@both
def test_scaled_to_nothing_during_an_update_it_stays_at_nothing(drive, gate, state):
    async def steps(driven):
        await driven.deploy(ONE)
        slow = FunctionSpec("f", await driven.image(gate.code + SLOW))
        await driven.provider.placement.update(slow)
        await driven.rolling(state)
        await driven.provider.placement.scale("f", 0)
        status = await driven.ready()
        assert (status.replicas, status.available) == (0, 0)
        gate.open()
        await driven.provider.placement.scale("f", 1)
        await driven.ready()
        assert await driven.call() == "slow"

    drive(steps)


def test_an_update_wakes_what_was_scaled_to_nothing(drive):
    async def steps(driven):
        await driven.deploy(ONE)
        await driven.provider.placement.scale("f", 0)
        await driven.provider.placement.update(FunctionSpec("f", await driven.image(TWO)))
        await driven.until(lambda status: status.available == 1)
        assert await driven.call() == "two"

    drive(steps)


@both
def test_deleted_during_an_update_nothing_is_left(drive, gate, state):
    async def steps(driven):
        await driven.deploy(ONE)
        await driven.provider.stores.secrets.put("token", b"x", replace=False)
        slow = await driven.image(gate.code + SLOW)
        await driven.provider.placement.update(FunctionSpec("f", slow, secrets=("token",)))
        await driven.rolling(state)
        await driven.provider.placement.delete("f")
        assert list(await driven.provider.placement.functions()) == []
        await driven.deploy(TWO)
        assert await told(driven) == [(1, "ready")]

    drive(steps)
    assert list((drive.home / "run" / "secrets").iterdir()) == []


def test_on_a_full_disk_an_update_is_refused_or_fails_and_what_served_goes_on(drive):
    async def steps(driven):
        await driven.deploy(ONE)
        two = await driven.image(TWO)

        async def fill(pages):
            await driven.provider._opened._store._journal.do(
                lambda base: base.execute(f"PRAGMA max_page_count = {pages}").fetchone()
            )

        await fill(1)
        spec = FunctionSpec("f", two, env={"LONG": "x" * 100_000})
        with pytest.raises(StorageFull, match="change cannot be kept: the gateway's disk is full"):
            await driven.provider.placement.update(spec)
        assert await told(driven) == [(1, "ready")]
        assert await driven.call() == "one"
        await fill(100_000)
        await driven.provider.placement.update(FunctionSpec("f", two))
        base = sqlite3.connect(drive.home / "functions.db", isolation_level=None)
        base.execute("BEGIN IMMEDIATE")  # nobody else can write
        assert "cannot be kept: its database says: " in (await driven.failed()).reason
        assert await driven.call() == "one"
        base.close()
        await driven.provider.placement.update(FunctionSpec("f", two))
        await driven.ready()
        assert await driven.call() == "two"

    drive(steps)


def test_a_state_file_that_is_slow_to_write_holds_up_no_call(drive):
    async def steps(driven):
        await driven.deploy(ONE)
        base = sqlite3.connect(drive.home / "functions.db", isolation_level=None)
        base.execute("BEGIN IMMEDIATE")  # nobody else can write
        scaling = asyncio.create_task(driven.provider.placement.scale("f", 2))
        assert await driven.call() == "one"
        assert not scaling.done()
        base.close()
        await scaling
        assert (await driven.ready()).available == 2

    drive(steps)


def test_an_update_that_is_ready_and_then_crashes_goes_back_and_loses_no_call(drive, gate):
    """Its callers find the old one, which waits until the new one has proved itself."""

    async def steps(driven):
        await driven.deploy(ONE)
        crashes = await driven.image(CRASHES.format(wait=gate.wait))
        await driven.provider.placement.update(FunctionSpec("f", crashes))
        await driven.rolling(State.TRIAL)
        assert await driven.call() == "crashes"
        gate.open()
        while (await driven.provider.placement.describe("f")).rollout == "progressing":
            assert driven.provider.routing.targets("f"), "nobody takes calls"
            await turns(1)
        status = await driven.provider.placement.describe("f")
        assert (status.rollout, status.available) == ("failed", 1)
        assert status.reason.startswith("it was ready, and then: ")
        assert await driven.call() == "one"

        async def is_written():
            return (await told(driven))[0][1] != "progressing"

        await until_async(is_written)
        assert await told(driven) == [(2, "failed"), (1, "ready")]

    drive.options["min_ready_seconds"] = 60.0
    drive(steps)


def test_a_replica_is_told_its_revision(drive):
    async def steps(driven):
        await driven.deploy(ONE)
        await driven.provider.placement.update(FunctionSpec("f", await driven.image(TWO)))
        await driven.ready()
        (target,) = driven.provider.routing.targets("f")

        def ask():
            with urlopen(f"{target.address}/_/info", timeout=20) as reply:
                return json.load(reply)

        assert (target.revision, (await asyncio.to_thread(ask))["revision"]) == (2, "2")

    drive(steps)


def test_what_gets_ready_in_the_moment_of_its_deletion_stays_deleted(drive):
    async def steps(driven):
        await driven.deploy(ONE)
        function = driven.provider.placement._find("f")
        serving = function.history.serving
        await driven.provider.placement.delete("f")
        await function.history.took_over(serving.number, lambda: 1)  # it had just become ready
        await function.scale(2)

    drive(steps)

    async def functions(driven):
        return list(await driven.provider.placement.functions())

    assert drive(functions) == []


def test_deployed_again_under_its_name_it_begins_with_nothing_of_before(drive):
    async def steps(driven):
        await driven.deploy(ONE, constraints=("of=before",))
        await driven.provider.placement.delete("f")
        await driven.deploy(TWO)
        lines = [line.text async for line in driven.provider.stores.logs.lines(LogQuery("f"))]
        assert lines
        assert not any("of=before" in line for line in lines)
        assert await told(driven) == [(1, "ready")]

    drive(steps)


def test_the_newest_twenty_are_kept_and_the_one_that_serves(drive):
    async def steps(driven):
        await driven.deploy(ONE)
        broken = await driven.image(BROKEN)
        for number in range(30):
            spec = FunctionSpec("f", broken, env={"N": str(number)})
            await driven.provider.placement.update(spec)
        await driven.failed()
        numbers = [number for number, _ in await told(driven)]
        assert numbers == [*range(31, 11, -1), 1]
        assert await driven.call() == "one"

    drive(steps)
    drive(lambda driven: driven.until(lambda status: status.available == 1))


def test_after_a_restart_the_last_failure_is_still_told(drive):
    async def fail(driven):
        await driven.deploy(ONE)
        await driven.provider.placement.update(FunctionSpec("f", await driven.image(BROKEN)))
        return (await driven.failed()).reason

    reason = drive(fail)
    status = drive(lambda driven: driven.failed())
    assert (status.available, status.reason) == (1, reason)


def test_code_that_no_kept_revision_names_is_deleted(drive):
    async def steps(driven):
        await driven.deploy(ONE)
        await driven.provider.placement.update(FunctionSpec("f", await driven.image(TWO)))
        await driven.ready()

    async def look(driven):
        await driven.provider.placement.delete("f")

    async def nothing(driven):
        return [
            [path.name for path in folder.iterdir() if path.suffix != ".doomed"]
            for folder in (drive.home / "archives", drive.home / "code")
        ]

    drive(steps)
    (archives, code) = drive(nothing)
    assert len(archives) == len(code) == 2
    drive(look)
    assert drive(nothing) == [[], []]


def test_what_is_deployed_stays_when_the_provider_stops_during_a_delete(drive):
    async def first(driven):
        await driven.deploy(ONE)

    async def second(driven):
        await driven.provider.placement.deploy(FunctionSpec("g", await driven.image(TWO)))
        await driven.provider.placement.delete("g")

    async def third(driven):
        await driven.ready()
        assert await driven.call() == "one"

    for steps in (first, second, third):
        drive(steps)


def test_one_that_was_ready_once_and_cannot_start_again_says_why_and_is_not_rewritten(drive):
    mark = drive.home.parent / "mark"
    mark.touch()
    drive(lambda driven: driven.deploy(LATE, env={"MARK": str(mark)}))
    mark.unlink()

    async def steps(driven):
        assert "there is no mark" in (await driven.failed()).reason
        assert await told(driven) == [(1, "ready")]
        mark.touch()
        assert (await driven.ready()).reason == ""
        assert await driven.call() == "one"

    drive(steps)


def test_a_folder_without_history_is_carried_over(drive):
    async def upload(driven):
        return await driven.image(ONE)

    image = drive(upload)
    (drive.home / "functions.db").unlink()
    archives = {path.name: path.read_bytes() for path in (drive.home / "archives").iterdir()}
    shutil.rmtree(drive.home)
    drive.home.mkdir()
    base = write_schema_1(drive.home)
    fields = {
        "name": "f", "image": image, "env": {"A": "1"}, "labels": {}, "annotations": {},
        "constraints": ["a=b"], "secrets": [], "limits": {}, "requests": {}, "replicas": 1,
    }  # fmt: skip
    row = ("f", json.dumps(fields), 2, "2026-01-01T00:00:00Z")
    base.execute("INSERT INTO functions VALUES (?, ?, ?, ?)", row)
    base.commit()
    base.close()
    (drive.home / "archives").mkdir()
    for name, data in archives.items():
        (drive.home / "archives" / name).write_bytes(data)

    async def steps(driven):
        status = await driven.ready()
        assert (status.replicas, status.created_at) == (2, "2026-01-01T00:00:00Z")
        assert status.spec == FunctionSpec("f", image, env={"A": "1"}, constraints=("a=b",))
        assert await told(driven) == [(1, "ready")]

    drive(steps)
    drive(steps)


def test_a_deployed_function_serves_whatever_its_environment_says_of_batches(drive):
    """Outside a gateway DATA_PATH and REST_URL mean a batch run, which answers nobody and ends."""

    async def steps(driven):
        env = {"DATA_PATH": "/tmp", "REST_URL": "http://127.0.0.1:1/", "BATCH": "true"}
        await driven.deploy("def handle(body):\n    return body\n", env=env)
        assert await driven.call(b"served") == "served"

    drive(steps)
