import asyncio

import pytest

from benchmarks.scale.providers import PROVIDERS, Crowd
from dcf.errors import NotFound


@pytest.mark.parametrize("kind", PROVIDERS)
def test_each_function_has_replicas_of_its_own_in_a_list_that_stands(kind):
    crowd = Crowd(3, 2)

    async def steps():
        provider = await PROVIDERS[kind](crowd, [f"http://{each}" for each in range(crowd.size)])
        await provider.start()
        targets = {name: provider.routing.targets(name) for name in crowd.names}
        assert [each.address for each in targets["f1"]] == ["http://2", "http://3"]
        assert len({each.address for own in targets.values() for each in own}) == crowd.size
        for name, own in targets.items():
            assert provider.routing.targets(name) is own
        with pytest.raises(NotFound):
            provider.routing.targets("f3")
        states = await provider.placement.functions()
        assert [(each.spec.name, each.available) for each in states] == [
            ("f0", 2), ("f1", 2), ("f2", 2)
        ]  # fmt: skip
        await provider.stop()

    asyncio.run(steps())


def test_a_crowd_says_how_large_it_is():
    assert [str(each) for each in (Crowd(), Crowd(1000), Crowd(1, 200))] == [
        "1 function", "1,000 functions", "1 function, 200 replicas"
    ]  # fmt: skip
