"""The gateway's core: what both doors can ask for, over any provider.

It knows names, counts and limits, and no wire: a door turns its own messages into these calls and
the errors of `dcf.errors` into its own statuses.
"""

import dataclasses
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from ..errors import DcfError, InvalidRequest, Unsupported
from ..function_name import is_function_name
from ..providers.limits import check_quantities
from ..providers.measuring import Consumption
from ..providers.placement import FunctionSpec, FunctionState, ReplicaExit, RevisionInfo, Usage
from ..providers.port import Provider
from ..providers.routing import Target
from ..providers.stores import LogLine, LogQuery
from ..providers.terms import terms_of
from ..providers.together import Load
from ..scale_labels import policy_of
from .invocation_counts import InvocationCounts
from .names import bare_name, plain_name, secret_name
from .telemetry import events
from .telemetry.events import Event, tell

_Store = TypeVar("_Store")
_LONGEST_WHO = 128


class Gateway:  # pylint: disable=too-many-public-methods # one a question
    """Deploy, update, delete, list, describe, scale, logs, targets, and the count of calls.

    Attributes:
        invocation_counts: How often each function was called.
        forgotten: Called with the name of a function that was deleted.
        wanted: Called with the name of one that is waited for though it has no replica.
        figures: Gives the number of a function's canary or shadow, and how it is doing.
        settled: Called with a function's name when its canary or shadow was kept, or was not.
    """

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self.invocation_counts = InvocationCounts()
        self.forgotten: Callable[[str], None] = lambda _name: None
        self.wanted: Callable[[str], None] = lambda _name: None
        self.figures: Callable[[str], tuple[int, str]] = lambda _name: (0, "")
        self.settled: Callable[[str, bool], None] = lambda _name, _keep: None

    @property
    def kind(self) -> str:
        """The provider's name, for people."""
        return self._provider.kind

    @property
    def most_replicas(self) -> int:
        """That one function may have here."""
        return self._provider.most_replicas

    @property
    def isolation(self) -> str:
        """How functions are kept from each other, for people."""
        return self._provider.isolation

    @property
    def capabilities(self) -> Sequence[str]:
        """What else than placing functions this gateway's provider can do: names of its stores."""
        return self._provider.stores.capabilities

    async def deploy(self, spec: FunctionSpec, by: str = "") -> None:
        """Accept a new function; it starts in the background."""
        with _told(events.DEPLOYED, spec.name, by=_who(by), **_asked(spec)):
            await self._provider.placement.deploy(self._checked(spec), _who(by))

    async def update(self, spec: FunctionSpec, by: str = "") -> None:
        """Replace a function; the old one serves until the new one is ready."""
        with _told(events.UPDATED, spec.name, by=_who(by), **_asked(spec)):
            await self._provider.placement.update(self._checked(spec), _who(by))

    async def history(self, name: str) -> Sequence[RevisionInfo]:
        """A function's revisions, newest first."""
        number, line = self.figures(bare_name(name))
        return [
            dataclasses.replace(each, reason=line) if each.number == number else each
            for each in await self._provider.placement.history(plain_name(name))
        ]

    async def rollback(self, name: str, number: int | None, by: str = "") -> RevisionInfo:
        """Begin to go back to an earlier revision, by default the one before."""
        with _told(events.ROLLED_BACK, name, by=_who(by)) as fields:
            begun = await self._provider.placement.rollback(plain_name(name), number, _who(by))
            fields["revision"] = begun.number
        return begun

    async def settle(self, name: str, number: int, reason: str, *, keep: bool) -> None:
        """End a canary or shadow: it takes over, or it is drained."""
        with _told(events.CANDIDATE_SETTLED, name, revision=number, keep=keep, reason=reason):
            await self._provider.placement.settle(plain_name(name), number, reason, keep=keep)
        self.settled(bare_name(name), keep)

    async def settle_by_hand(self, name: str, by: str = "", *, keep: bool) -> RevisionInfo:
        """End a canary or shadow at once, whatever is known of it; gives its revision."""
        state = await self._provider.placement.describe(plain_name(name))
        what, figures = "promoted" if keep else "abandoned", self.figures(bare_name(name))[1]
        reason = ", ".join(filter(None, (f"{what} by hand", _who(by) and f"by {_who(by)}")))
        await self.settle(name, state.newest, f"{reason}: {figures}".rstrip(": "), keep=keep)
        return (await self.history(name))[0]

    async def delete(self, name: str) -> None:
        """Delete a function; calls under way finish."""
        with _told(events.DELETED, name):
            name = plain_name(name)
            await self._provider.placement.delete(name)
        self.invocation_counts.forget(name)
        self.forgotten(name)

    async def functions(self) -> Sequence[FunctionState]:
        """Every function, by name."""
        return [self._judged(each) for each in await self._provider.placement.functions()]

    async def describe(self, name: str) -> FunctionState:
        """One function."""
        return self._judged(await self._provider.placement.describe(plain_name(name)))

    def _judged(self, state: FunctionState) -> FunctionState:
        """With how its canary or shadow is doing."""
        number, line = self.figures(state.spec.name)
        if number and number == state.newest:
            return dataclasses.replace(state, reason=line)
        return state

    async def usage(self, name: str) -> Usage:
        """What a function's replicas use now; raises `Unsupported` where that is unknown."""
        return await self._provider.placement.usage(plain_name(name))

    async def consumption(self) -> Mapping[str, Consumption]:
        """What all functions' replicas use, by name; empty where that is unknown."""
        measuring = self._provider.measuring
        return await measuring.consumption() if measuring else {}

    @property
    def leads(self) -> bool:
        """Whether this gateway is the one, of those beside it, that scales functions."""
        together = self._provider.together
        return together is None or together.leads

    async def loads(self, functions: Collection[str]) -> Mapping[str, Load]:
        """What functions carry from all gateways; empty for one that has them for itself."""
        together = self._provider.together
        return await together.loads(functions) if together else {}

    async def scale(self, name: str, replicas: int) -> None:
        """Want so many replicas of a function."""
        with _told(events.SCALED, name, replicas=replicas):
            self._check_replicas(replicas)
            await self._provider.placement.scale(plain_name(name), replicas)

    async def autoscale(self, name: str, replicas: int, before: int, load: float) -> None:
        """Want so many replicas, because a function's load asks for it.

        Args:
            name: The function.
            replicas: As its rule has it.
            before: How many were wanted until now.
            load: Calls in flight or calls a second, as its labels say.
        """
        said = {"replicas": replicas, "before": before, "load": round(load, 3)}
        with _told(events.AUTOSCALED, name, **said):
            await self._provider.placement.scale(name, replicas)

    async def ready(self, name: str, deadline: float) -> Sequence[Target]:
        """Where calls can go, as soon as they can; perhaps nowhere at the deadline."""
        return await self._provider.routing.ready(name, deadline)

    def targets(self, name: str) -> Sequence[Target]:
        """Where calls of a function can go now.

        Args:
            name: Checked and plain: this is on the way of every call.
        """
        return self._provider.routing.targets(name)

    def shadows(self, name: str) -> Sequence[Target]:
        """Where copies of a function's calls can go now."""
        return self._provider.routing.shadows(name)

    async def ended(self, name: str, target: Target, deadline: float) -> ReplicaExit | None:
        """How a replica ended that broke off a call; None if it lives, or nobody knows in time."""
        return await self._provider.routing.ended(name, target, deadline)

    async def secrets(self) -> Sequence[str]:
        """The names of all secrets."""
        return await self._here(self._provider.stores.secrets, "secrets").names()

    async def put_secret(self, name: str, value: bytes, replace: bool) -> None:
        """Create a secret, or with `replace` change one."""
        with _told(events.SECRET_PUT) as fields:
            fields["secret"] = secret_name(name)
            await self._here(self._provider.stores.secrets, "secrets").put(name, value, replace)

    async def delete_secret(self, name: str) -> None:
        """Forget a secret."""
        with _told(events.SECRET_DELETED) as fields:
            fields["secret"] = secret_name(name)
            await self._here(self._provider.stores.secrets, "secrets").delete(name)

    async def has_archive(self, digest: str) -> bool:
        """Tell whether a tar of that sha256 is here, of code or an attachment."""
        return await self._here(self._provider.stores.archives, "archives").has(digest)

    async def put_archive(self, digest: str, chunks: AsyncIterator[bytes]) -> None:
        """Take a tar named by its sha256."""
        await self._here(self._provider.stores.archives, "archives").put(digest, chunks)

    def logs(self, query: LogQuery) -> AsyncIterator[LogLine]:
        """What a function's replicas wrote."""
        return self._here(self._provider.stores.logs, "logs").lines(query)

    def _here(self, store: _Store | None, name: str) -> _Store:
        if store is None:
            raise Unsupported(f"provider {self.kind} keeps no {name}: ask its platform for them")
        return store

    def _check_replicas(self, replicas: int) -> None:
        most = self.most_replicas
        if not 0 <= replicas <= most:
            raise InvalidRequest(f"replicas must be 0 to {most}, got {replicas}")

    def _checked(self, spec: FunctionSpec) -> FunctionSpec:
        if not is_function_name(spec.name):
            raise InvalidRequest(f"({spec.name}) must be a valid DNS entry for service name")
        if not spec.image:
            raise InvalidRequest("image is required: name what to run")
        self._check_replicas(spec.replicas)
        check_quantities(spec)
        policy_of(spec.labels, self.most_replicas)
        terms_of(spec.annotations)
        return spec


@contextmanager
def _told(event: Event, name: str = "", **fields: object) -> Iterator[dict[str, object]]:
    """Log a change when it was made, or that it was refused.

    The log names a refusal by its code alone, as its words may quote what came.
    """
    try:
        yield fields
    except DcfError as fault:
        known = bare_name(name) if is_function_name(bare_name(name)) else ""
        tell(events.CHANGE_REFUSED, change=event.name, code=fault.code, function=known)
        raise
    tell(event, function=bare_name(name), **fields)


def _asked(spec: FunctionSpec) -> dict[str, object]:
    return {"image": spec.image, "replicas": spec.replicas}


def _who(by: str) -> str:
    """What a caller says of itself, as far as a history takes it."""
    return "".join(each for each in by if each.isprintable())[:_LONGEST_WHO].strip()
