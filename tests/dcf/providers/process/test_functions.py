"""The functions of this machine: what is refused, in which order things happen, what is swept."""

import asyncio

import pytest

from dcf.errors import AlreadyExists, ArchiveError, NotFound
from dcf.providers.placement import FunctionSpec
from dcf.providers.process.functions import ProcessFunctions
from dcf.providers.process.state_dir import StateDir
from dcf.providers.process.store import Store


class Launching:
    """Refuses what it is told to; nothing is ever launched.

    Attributes:
        refused: Images.
    """

    def __init__(self):
        self.refused = set()

    def check(self, spec):
        if spec.image in self.refused:
            raise ArchiveError(f"{spec.image} is not here")

    async def launch(self, *_arguments):
        raise ArchiveError("it is never ready")


class World:
    def __init__(self, home, store):
        self.launching, self.kept, self.store = Launching(), [], store
        self.functions = ProcessFunctions(home, store, self.launching, self.kept.append, 1.0)


@pytest.fixture
def world(tmp_path):
    """`world(steps)` runs `steps(world)`; the same folder each time."""

    def run(steps):
        async def through():
            with StateDir.claim(tmp_path / "home") as home:
                store = Store(home.database)
                made = World(home, store)
                await made.functions.start()
                try:
                    await steps(made)
                finally:
                    await made.functions.stop()
                    await store.close()

        asyncio.run(asyncio.wait_for(through(), 60))

    return run


def spec(name="f", image="archive:sha256:" + "0" * 64, **changes):
    return FunctionSpec(name, image, **changes)


def other(number):
    return "archive:sha256:" + str(number) * 64


def test_one_that_is_there_is_not_deployed_again_not_even_at_once(world):
    async def steps(made):
        both = [made.functions.deploy(spec()) for _ in range(2)]
        first, second = await asyncio.gather(*both, return_exceptions=True)
        assert first is None
        assert isinstance(second, AlreadyExists)
        with pytest.raises(AlreadyExists, match="update it instead"):
            await made.functions.deploy(spec())
        assert len(await made.functions.history("f")) == 1

    world(steps)


def test_what_is_refused_leaves_nothing(world):
    async def steps(made):
        made.launching.refused.add(other(1))
        with pytest.raises(ArchiveError):
            await made.functions.deploy(spec(image=other(1)))
        assert (await made.functions.functions(), await made.store.records()) == ([], [])
        await made.functions.deploy(spec())
        with pytest.raises(ArchiveError):
            await made.functions.update(spec(image=other(1)))
        assert len(await made.functions.history("f")) == 1

    world(steps)


def test_a_store_that_fails_takes_the_log_back_and_the_name_is_free(world, monkeypatch, tmp_path):
    async def steps(made):
        async def fail(*_arguments):
            raise OSError("no room")

        with monkeypatch.context() as broken:
            broken.setattr(made.store, "put", fail)
            with pytest.raises(OSError, match="no room"):
                await made.functions.deploy(spec())
        assert list((tmp_path / "home" / "logs").iterdir()) == []
        await made.functions.deploy(spec())

    world(steps)


def test_nobody_knows_a_name_that_is_not_there(world):
    async def steps(made):
        functions = made.functions
        now = asyncio.get_running_loop().time()
        for asked in (
            functions.update(spec()), functions.history("f"), functions.rollback("f", None),
            functions.delete("f"), functions.scale("f", 1), functions.describe("f"),
            functions.usage("f"), functions.ready("f", now),
        ):  # fmt: skip
            with pytest.raises(NotFound, match="no such function: f"):
                await asked
        for ask in (functions.targets, functions.log):
            with pytest.raises(NotFound):
                ask("f")

    world(steps)


def test_deleted_twice_at_once_it_is_gone_once(world):
    async def steps(made):
        await made.functions.deploy(spec())
        both = [made.functions.delete("f") for _ in range(2)]
        first, second = await asyncio.gather(*both, return_exceptions=True)
        assert first is None
        assert isinstance(second, NotFound)
        assert await made.store.records() == []

    world(steps)


def test_they_come_back_by_name_after_a_restart(world):
    async def first(made):
        for name in ("b", "a"):
            await made.functions.deploy(spec(name, replicas=2), "me")

    async def second(made):
        found = await made.functions.functions()
        assert [(each.spec.name, each.replicas) for each in found] == [("a", 2), ("b", 2)]
        assert [each.by for each in await made.functions.history("a")] == ["me"]

    world(first)
    world(second)


def test_what_no_kept_revision_names_is_swept_at_the_start_and_after_a_delete(world):
    async def steps(made):
        assert made.kept == [set()]
        await made.functions.deploy(spec(image=other(1)))
        await made.functions.deploy(spec("g", other(2)))
        await made.functions.update(spec(image=other(3)))
        assert len(made.kept) == 1  # nothing is named less than before
        await made.functions.delete("f")
        await asyncio.gather(*made.functions._draining.values())
        assert made.kept[1:] == [{other(2)}]

    world(steps)


def test_nothing_is_swept_while_it_stops(world):
    """What is deployed stays deployed, though no function is known any more."""

    async def steps(made):
        await made.functions.deploy(spec())
        await made.functions.delete("f")
        await made.functions.stop()
        assert made.kept == [set()]

    world(steps)


def test_who_wants_a_secret_is_known_by_name(world):
    async def steps(made):
        await made.functions.deploy(spec(secrets=("token",)))
        await made.functions.deploy(spec("g"))
        assert made.functions.wanting("token") == "f"
        assert made.functions.wanting("other") == ""
        await made.functions.update(spec(secrets=("other",)))
        assert made.functions.wanting("other") == "f"

    world(steps)


def test_a_gateway_that_was_killed_while_it_deleted_leaves_no_data(world, tmp_path):
    data = tmp_path / "home/data"

    async def cut_off(made):
        assert await made.functions.functions() == []
        (data / "f").mkdir()
        (data / "f.deleted").touch()

    async def later(made):
        assert not (data / "f").exists()
        assert await made.functions.functions() == []

    world(cut_off)
    world(later)
