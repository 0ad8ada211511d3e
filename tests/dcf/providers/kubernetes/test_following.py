"""A cache follows a real watch through everything that a watch may suffer."""

import asyncio

import pytest

from dcf.providers.kubernetes import following, names
from dcf.providers.kubernetes.api import ApiError
from dcf.providers.kubernetes.cache import Cache
from dcf.providers.kubernetes.following import Following
from tests.dcf.providers.kubernetes.api_server import run
from tests.dcf.providers.kubernetes.on_cluster import CORE, api_of, cluster_in, service
from tests.kubernetes.fake.cluster import Fault
from tests.waiting import until_async

PATH = f"{CORE}/services"


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    monkeypatch.setattr(following, "_FIRST_PAUSE", 0.02)
    with cluster_in(tmp_path) as cluster:
        yield cluster


class Followed:
    """A cache of Services' names, and what it was told."""

    def __init__(self, api, labels=""):
        self.cache = Cache(lambda item, _: item["metadata"]["name"], str)
        self.changes = []
        self.following = Following(api, PATH, self.cache, self.changes.append, labels)
        self.task = None

    async def __aenter__(self):
        await self.following.list()
        self.task = asyncio.create_task(self.following.run())
        return self

    async def __aexit__(self, *_):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def sees(self, *names):
        await until_async(lambda: sorted(self.cache) == sorted(names))


def test_what_comes_and_goes_is_seen_and_only_what_has_the_labels(cluster):
    async def steps():
        async with api_of(cluster) as api:
            await api.create(PATH, service("a"))
            other = service("other")
            del other["metadata"]["labels"]
            await api.create(PATH, other)
            async with Followed(api, names.FUNCTION) as followed:
                assert list(followed.cache) == ["a"]
                await api.create(PATH, service("b"))
                await followed.sees("a", "b")
                await api.delete(f"{PATH}/a")
                await followed.sees("b")
                assert [each.name for each in followed.changes] == ["a", "b", "a"]

    run(steps())


def test_lists_come_in_pages(cluster, monkeypatch):
    monkeypatch.setattr(following, "_PAGE", 2)

    async def steps():
        async with api_of(cluster) as api:
            for name in "abcde":
                await api.create(PATH, service(name))
            async with Followed(api) as followed:
                assert sorted(followed.cache) == list("abcde")
            pages = [path for method, path in cluster.requests if "limit=2" in path]
            assert len(pages) == 3

    run(steps())


def test_a_watch_that_breaks_off_goes_on_where_it_was_without_a_list(cluster):
    async def steps():
        async with api_of(cluster) as api, Followed(api) as followed:
            for name in "ab":
                cluster.drop_watches()
                await api.create(PATH, service(name))
                await followed.sees(*"ab"[: "ab".index(name) + 1])
            lists = [path for _, path in cluster.requests if "limit=" in path]
            assert len(lists) == 1

    run(steps())


def test_what_was_missed_for_too_long_is_listed(cluster):
    async def steps():
        async with api_of(cluster) as api, Followed(api) as followed:
            await api.create(PATH, service("a"))
            await followed.sees("a")
            cluster.stop_api()
            other = service("b")
            cluster.do(cluster.api.create, *kind(), other)
            cluster.do(cluster.api.delete, *kind(), "a")
            cluster.compact()
            cluster.start_api()
            await followed.sees("b")
            changes = [(each.name, each.after) for each in followed.changes]
            assert changes == [("a", "a"), ("a", None), ("b", "b")]

    run(steps())


def kind():
    from tests.kubernetes.fake import kinds

    return kinds.SERVICE, "functions"


@pytest.mark.parametrize(
    "fault", [Fault.FAILS, Fault.THROTTLES, Fault.HANGS], ids=lambda each: each.name
)
def test_while_the_server_is_out_of_order_nothing_is_forgotten(cluster, fault, caplog):
    async def steps():
        async with api_of(cluster) as api, Followed(api) as followed:
            await api.create(PATH, service("a"))
            await followed.sees("a")
            asked = len(cluster.requests)
            cluster.fail(fault)
            await until_async(lambda: len(cluster.requests) > asked)
            assert list(followed.cache) == ["a"]
            cluster.fail(Fault.NONE)
            await api.create(PATH, service("b"))
            await followed.sees("a", "b")

    run(steps())
    lost = [each for each in caplog.records if "is lost" in each.message]
    assert len(lost) <= 1


def test_pauses_grow_and_differ():
    one = Following(None, PATH, None, None)
    assert one._pause() == 0.05
    one._faults = 1
    assert 0.25 <= one._pause() <= 0.5
    one._faults = 9
    assert 5 <= one._pause() <= 10
    assert len({one._pause() for _ in range(9)}) > 1


def test_a_first_list_that_is_refused_is_raised(cluster):
    async def steps():
        async with api_of(cluster) as api:
            cluster.fail(Fault.FAILS)
            with pytest.raises(ApiError, match="etcdserver: request timed out"):
                await Followed(api).following.list()
            cluster.fail(Fault.NONE)

    run(steps())
