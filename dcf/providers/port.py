"""The provider port: the place where functions run, as the gateway sees it.

placement.py   deploy, update, delete, scale, history, roll back, describe
routing.py     where calls can go now: targets with revision and weight
stores.py      archives, secrets, logs; each optional, reported as a capability
notices.py     what happens by itself, told while it happens: rollouts, restarts
measuring.py   what replicas use; optional
together.py    which of several gateways leads, and what all of them send; optional

`fake.py` is a provider in memory that follows a script; the contract test holds all to these pages.
"""

from typing import Protocol

from .measuring import Measuring
from .notices import Hear
from .placement import Placement
from .routing import Routing
from .stores import Stores
from .together import Together


class Provider(Protocol):
    """A place where functions run.

    Attributes:
        kind: Its name, for people.
        isolation: How functions are kept from each other, once it is started; `none`, or its way.
        placement: Which functions there are.
        routing: Where their calls go.
        stores: What else it keeps.
        measuring: Knows what replicas use; None where that is not known.
        most_replicas: Of one function, that it takes.
        together: Knows of gateways beside this one; None where there can be none.
    """

    kind: str
    most_replicas: int

    @property
    def isolation(self) -> str:
        """How functions are kept from each other."""

    @property
    def placement(self) -> Placement:
        """Which functions there are."""

    @property
    def routing(self) -> Routing:
        """Where their calls go."""

    @property
    def stores(self) -> Stores:
        """What else it keeps."""

    @property
    def measuring(self) -> Measuring | None:
        """Knows what replicas use; None where that is not known."""

    @property
    def together(self) -> Together | None:
        """Knows of gateways beside this one; None where there can be none."""

    def listen(self, hear: Hear) -> None:
        """Tell somebody from now on what happens by itself; said before `start`, if at all."""

    async def start(self) -> None:
        """Open what is needed and bring back the functions that were deployed before."""

    async def stop(self) -> None:
        """End everything that was started; what is deployed stays deployed."""
