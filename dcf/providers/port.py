"""The provider port: the place where functions run, as the gateway sees it.

placement.py   deploy, update, delete, scale, history, roll back, describe
routing.py     where calls can go now: targets with revision and weight
stores.py      archives, secrets, logs; each optional, reported as a capability

`fake.py` is a provider in memory that follows a script; the contract test holds all to these pages.
"""

from typing import Protocol

from .placement import Placement
from .routing import Routing
from .stores import Stores


class Provider(Protocol):
    """A place where functions run.

    Attributes:
        kind: Its name, for people.
        placement: Which functions there are.
        routing: Where their calls go.
        stores: What else it keeps.
    """

    kind: str

    @property
    def placement(self) -> Placement:
        """Which functions there are."""

    @property
    def routing(self) -> Routing:
        """Where their calls go."""

    @property
    def stores(self) -> Stores:
        """What else it keeps."""

    async def start(self) -> None:
        """Open what is needed and bring back the functions that were deployed before."""

    async def stop(self) -> None:
        """End everything that was started; what is deployed stays deployed."""
