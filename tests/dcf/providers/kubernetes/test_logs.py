"""Logs of real programs in the pods of a cluster, read through its API."""

import asyncio
import dataclasses
from contextlib import aclosing, asynccontextmanager

import pytest

from dcf.errors import InvalidRequest, NotFound
from dcf.providers.kubernetes import logs
from dcf.providers.kubernetes.logs import PodLogs
from dcf.providers.stores import LogQuery
from tests.dcf.providers.kubernetes.on_cluster import APPS, SPEC, api_of, put, viewing
from tests.kubernetes.fake import kinds
from tests.kubernetes.fake.cluster import Cluster, Fault
from tests.kubernetes.fake.kubelet.images import program
from tests.waiting import until_async

# Writes what a file says, line by line; at `end` it ends. A pod has another /tmp, so the name of
# the file must not look like one.
PARROT = """
import sys, time
with open(bytes.fromhex(sys.argv[1])) as file:
    file.seek(0, 2)
    print("up", flush=True)
    while True:
        line = file.readline()
        if not line:
            time.sleep(0.01)
        elif line == "end\\n":
            sys.exit(3)
        else:
            print(line, end="", flush=True)
"""
PARROTS = dataclasses.replace(SPEC, image="parrot:1")


@pytest.fixture
def said(tmp_path):
    (tmp_path / "said").touch()
    return tmp_path / "said"


@pytest.fixture
def cluster(tmp_path, said):
    images = {"parrot": program("-c", PARROT, str(said).encode().hex())}
    cluster = Cluster(tmp_path / "cluster", images)
    yield cluster
    cluster.close()


@asynccontextmanager
async def reading(cluster, replicas=1, spec=PARROTS):
    async with api_of(cluster) as api, viewing(api) as view:
        await put(api, replicas, spec=spec)
        await until_async(lambda: sum(pod.ready for pod in view.pods.of("echo")) == replicas)
        store = PodLogs(api, view)

        async def read(**wanted):
            return [line async for line in store.lines(LogQuery("echo", **wanted))]

        if spec == PARROTS:
            await heard(read, replicas)  # from then on they say what they are told
        yield api, view, store, read


def newer(view):
    """Names of the second revision's pods, once there are both."""
    pods = {pod.name for pod in view.pods.of("echo") if pod.revision == 2}
    return pods if len(pods) == 2 else {"both"}


def is_restarted(cluster):
    (pod,) = cluster.do(cluster.api.store.list, kinds.POD)
    (status,) = pod["status"]["containerStatuses"]
    return status["restartCount"] == 1 and "running" in status["state"]


def say(said, text):
    with said.open("a") as file:
        file.write(f"{text}\n")


def texts(lines):
    return [line.text for line in lines]


async def heard(read, count):
    """Lines, once there are so many."""
    return await until_async(lambda: _when(read, count))


async def _when(read, count):
    lines = await read()
    return lines if len(lines) >= count else None


def run(steps):
    asyncio.run(asyncio.wait_for(steps, 60))


def test_lines_of_all_pods_are_in_order_of_time_and_chosen(cluster, said):
    async def steps():
        async with reading(cluster, 2) as (_, view, _, read):
            for word in ("one", "two"):
                say(said, word)
                count = 4 if word == "one" else 6
                every = await heard(read, count)
            assert texts(every) == ["up", "up", "one", "one", "two", "two"]
            assert every == sorted(every, key=lambda line: line.timestamp)
            assert {line.instance for line in every} == {pod.name for pod in view.pods.of("echo")}
            assert {line.name for line in every} == {"echo"}
            assert all(len(line.timestamp) == 27 and line.timestamp[-1] == "Z" for line in every)
            assert await read(tail=1) == every[-1:]
            assert await read(tail=3) == every[-3:]
            assert await read(tail=0) == every
            mine = [line for line in every if line.instance == every[0].instance]
            assert await read(instance=every[0].instance) == mine
            assert await read(instance="nobody") == []
            assert await read(since=every[2].timestamp) == every[2:]
            assert await read(since="2999-01-01T00:00:00Z") == []
            with pytest.raises(InvalidRequest, match="since is 'noon'"):
                await read(since="noon")

    run(steps())


def test_lines_of_one_call_are_told_apart(cluster, said):
    async def steps():
        async with reading(cluster) as (_, _, _, read):
            for line in ("call=a begins", "  trace", "call=b begins", "  other", "call=a ends"):
                say(said, line)
            await heard(read, 6)
            assert texts(await read(call="a")) == ["call=a begins", "  trace", "call=a ends"]
            assert texts(await read(call="a", tail=2)) == ["  trace", "call=a ends"]

    run(steps())


def test_what_a_container_wrote_before_it_ended_is_there(cluster, said):
    async def steps():
        async with reading(cluster) as (_, view, _, read):
            say(said, "last words\nend")
            await until_async(lambda: view.pods.of("echo")[0].restarts == 1)
            lines = await heard(read, 3)
            assert texts(lines) == ["up", "last words", "up"]
            assert texts(await read(tail=2)) == ["last words", "up"]

    run(steps())


def test_a_follower_goes_on_over_restarts_and_to_new_pods(cluster, said):
    async def steps():
        async with reading(cluster) as (api, view, store, _):
            found = []

            async def follow():
                async for line in store.lines(LogQuery("echo", follow=True)):
                    found.append((line.instance, line.text))

            following = asyncio.create_task(follow())
            (first,) = (pod.name for pod in view.pods.of("echo"))
            await until_async(lambda: found == [(first, "up")])
            say(said, "one")
            await until_async(lambda: found == [(first, "up"), (first, "one")])
            say(said, "two\nend")
            await until_async(lambda: len(found) == 4)
            assert found[2:] == [(first, "two"), (first, "up")]
            await put(api, 2, 2, spec=dataclasses.replace(PARROTS, env={"B": "2"}))
            # For a moment there may be another old one: the number changes with the revision.
            await until_async(lambda: newer(view) <= {name for name, _ in found})
            assert {text for name, text in found if name != first} == {"up"}
            await api.delete(f"{APPS}/deployments/echo")
            await following  # it ends with the function
            assert len(found) == len(set(found)) + 1  # `up` of the first one, twice

    run(steps())


def test_nothing_is_missed_while_the_view_lags_behind_the_logs(cluster, said, monkeypatch):
    monkeypatch.setattr(logs, "_PAUSE_SECONDS", 0.05)

    async def steps():
        async with (
            reading(cluster) as (_, view, store, read),
            aclosing(store.lines(LogQuery("echo", follow=True))) as lines,
        ):
            assert (await anext(lines)).text == "up"
            cluster.fail(Fault.HANGS)  # the log breaks off
            say(said, "last words\nend")
            await until_async(lambda: is_restarted(cluster))
            cluster.fail(Fault.LAGS)
            for text in ("last words", "up"):
                assert (await anext(lines)).text == text
            assert texts(await read()) == ["up", "last words", "up"]
            assert view.pods.of("echo")[0].restarts == 0
            cluster.fail(Fault.NONE)
            await until_async(lambda: view.pods.of("echo")[0].restarts == 1)
            say(said, "more")
            assert (await anext(lines)).text == "more"

    run(steps())


def test_a_reader_that_leaves_ends_what_it_follows(cluster, said):
    async def steps():
        async with reading(cluster, 2) as (_, _, store, _):
            before = asyncio.all_tasks()
            async with aclosing(store.lines(LogQuery("echo", follow=True))) as lines:
                async for _ in lines:
                    break
            async with aclosing(store.lines(LogQuery("echo", follow=True))) as lines:
                assert [(await anext(lines)).text for _ in range(2)] == ["up", "up"]
                waiting = asyncio.create_task(anext(lines))
                await until_async(lambda: len(asyncio.all_tasks()) > len(before) + 3)
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
            await until_async(lambda: asyncio.all_tasks() == before)

    run(steps())


def test_a_follower_reads_on_where_the_api_broke_off(cluster, said, monkeypatch):
    monkeypatch.setattr(logs, "_PAUSE_SECONDS", 0.05)

    async def steps():
        async with reading(cluster) as (_, _, store, read):
            async with aclosing(store.lines(LogQuery("echo", follow=True))) as lines:
                assert (await anext(lines)).text == "up"
                for number in range(5):
                    say(said, f"line {number}")
                    assert (await anext(lines)).text == f"line {number}"
                    cluster.drop_watches()
                say(said, "end of it")
                assert (await anext(lines)).text == "end of it"
            assert len(await read()) == 7

    run(steps())


def test_a_pod_without_a_log_gives_no_lines(cluster):
    async def steps():
        lost = dataclasses.replace(SPEC, image="lost:1")
        async with reading(cluster, 0, lost) as (api, view, _, read):
            await api.patch(f"{APPS}/deployments/echo", {"spec": {"replicas": 1}})
            await until_async(lambda: view.pods.of("echo"))
            assert await read() == []

    run(steps())


def test_a_log_that_cannot_be_read_says_so_in_its_place(cluster):
    async def steps():
        async with reading(cluster) as (_, view, store, read):
            cluster.stop_api()
            (line,) = await read()
            assert line.text.startswith("this log cannot be read: ")
            assert line.instance == view.pods.of("echo")[0].name
            cluster.start_api()
            with pytest.raises(NotFound):
                [each async for each in store.lines(LogQuery("nope"))]

    run(steps())


def test_a_node_that_does_not_answer_holds_nobody_up(cluster, monkeypatch):
    monkeypatch.setattr(logs, "_FIRST_SECONDS", 0.2)

    async def steps():
        async with reading(cluster) as (_, _, _, read):
            cluster.fail(Fault.HANGS)
            assert "does not answer within 0.2 s" in (await read())[0].text
            cluster.fail(Fault.NONE)

    run(steps())
