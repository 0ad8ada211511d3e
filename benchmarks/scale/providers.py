"""Providers that a gateway is measured with; what is measured knows them by name alone.

Another provider is one more function here: it gives a provider that has the crowd's functions once
it is started, with replicas at the addresses it is given.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from dcf.errors import NotFound
from dcf.providers.placement import FunctionSpec
from dcf.providers.port import Provider
from dcf.providers.routing import Target
from tests.dcf.providers.fake.provider import FakeProvider, Script


@dataclass(frozen=True)
class Crowd:
    """What a gateway has.

    Attributes:
        functions: How many.
        replicas: Of each.
    """

    functions: int = 1
    replicas: int = 1

    @property
    def names(self) -> Sequence[str]:
        """Its functions."""
        return [f"f{number}" for number in range(self.functions)]

    @property
    def size(self) -> int:
        """Replicas of all functions together."""
        return self.functions * self.replicas

    def __str__(self) -> str:
        functions = "1 function" if self.functions == 1 else f"{self.functions:,} functions"
        return functions if self.replicas == 1 else f"{functions}, {self.replicas} replicas"


Fill = Callable[[Crowd, Sequence[str]], Awaitable[Provider]]


class _Standing(FakeProvider):
    """The fake provider with lists that stand, as a provider keeps them that hears of changes."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, Sequence[Target]] = {}

    def targets(self, name: str) -> Sequence[Target]:
        """A look into a table."""
        found = self.lists.get(name)
        if found is None:
            raise NotFound(f"no such function: {name}")
        return found


async def fake(crowd: Crowd, addresses: Sequence[str]) -> Provider:
    """The one in memory."""
    provider = _Standing()
    for index, name in enumerate(crowd.names):
        own = addresses[index * crowd.replicas : (index + 1) * crowd.replicas]
        provider.scripts[name] = Script(own)
        provider.lists[name] = tuple(Target(each) for each in own)
        await provider.deploy(FunctionSpec(name, name, replicas=crowd.replicas))
    return provider


PROVIDERS: Mapping[str, Fill] = {"fake": fake}
