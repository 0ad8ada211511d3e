"""A provider in memory that follows a script, for tests of the gateway and of other programs.

No process is started: targets are whatever addresses it is given. Every function is ready at once,
unless a script makes a revision slow or lets it fail; `split` serves two revisions at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from dcf.attachment import check_attachments
from dcf.errors import AlreadyExists, InvalidRequest, NotFound
from dcf.providers.measuring import Measuring
from dcf.providers.notices import (
    REPLACED,
    CandidateReady,
    Hear,
    RolloutEnded,
    RolloutStep,
    unheard,
)
from dcf.providers.placement import (
    ENDED,
    FAILED,
    PROGRESSING,
    READY,
    REGISTRY_SECRET,
    FunctionSpec,
    FunctionState,
    Progress,
    ReplicaExit,
    RevisionInfo,
    Usage,
)
from dcf.providers.routing import Target
from dcf.providers.stores import LogLine, Stores
from dcf.providers.terms import Terms, at_once, terms_of
from dcf.providers.together import Together
from dcf.scale_labels import MAX_OF_A_MACHINE
from tests.dcf.providers.fake.measuring import MEMORY, FakeMeasuring
from tests.dcf.providers.fake.stores import FakeArchives, FakeLogs, FakeSecrets

_TIME = "2000-01-01T00:00:00Z"


@dataclass(frozen=True)
class Script:
    """How the revisions of one image behave.

    Attributes:
        addresses: Where their replicas are; None for the provider's own.
        gate: They become ready when it is set; None for at once.
        fault: Why they cannot become ready; empty if they can.
    """

    addresses: Sequence[str] | None = None
    gate: asyncio.Event | None = None
    fault: str = ""


class FakeProvider:  # pylint: disable=too-many-instance-attributes,too-many-public-methods # all
    """Fills the whole port.

    Attributes:
        replicas: Where calls go, whatever the function.
        statuses: By function.
        scripts: By image; what has none is ready at once.
        drain: Asks a replica that was taken off the list to drain; given its target.
        draining: The targets of which this has not come back.
        archives: The digests that were put.
        kept_secrets: Name and value.
        measuring: Knows what replicas use; a test may take it away.
        together: Of gateways beside this one; a test may put it here.
    """

    kind = "fake"
    most_replicas = MAX_OF_A_MACHINE
    isolation = "none"

    def __init__(self, targets: Sequence[Target] = (), lines: Sequence[LogLine] = ()) -> None:
        """A provider without functions.

        Args:
            targets: Where calls go, whatever the function.
            lines: What replicas wrote.
        """
        self.statuses: dict[str, FunctionState] = {}
        self.scripts: dict[str, Script] = {}
        self.drain: Callable[[Target], Awaitable[None]] | None = None
        self.draining: set[Target] = set()
        self.archives: set[str] = set()
        self.kept_secrets: dict[str, bytes] = {}
        self.stores = Stores(
            FakeArchives(self.archives),
            FakeSecrets(self.kept_secrets, self.statuses),
            FakeLogs(lines, self.statuses),
        )
        self.measuring: Measuring | None = FakeMeasuring(self.statuses)
        self.together: Together | None = None
        self.replicas = tuple(targets)
        self._hear: Hear = unheard
        self._revisions: dict[str, list[RevisionInfo]] = {}
        self._weights: dict[str, dict[int, float]] = {}
        self._judged: dict[str, Terms] = {}
        self._lost: dict[str, ReplicaExit | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()

    @property
    def placement(self) -> "FakeProvider":
        """Itself."""
        return self

    @property
    def routing(self) -> "FakeProvider":
        """Itself."""
        return self

    def listen(self, hear: Hear) -> None:
        """Tell somebody what happens."""
        self._hear = hear

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Give up what waits at a gate."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def split(self, name: str, weights: dict[int, float]) -> None:
        """Serve several revisions at once, by number, each by its share."""
        await self._route(name, weights)

    async def lose(self, address: str, ended: ReplicaExit | None = None) -> None:
        """A replica ends, by itself if it is told how: it is on no list any more."""
        self._lost[address] = ended
        for name in self.statuses if ended else ():
            self._note_exit(name, address, ended)
        await self._tell()

    async def recover(self, address: str) -> None:
        """It is started again."""
        del self._lost[address]
        await self._tell()

    async def deploy(self, spec: FunctionSpec, by: str = "") -> None:
        """Remember a new function."""
        if spec.name in self.statuses:
            raise AlreadyExists(f"function {spec.name} already exists: update it instead")
        self._check(spec)
        self.statuses[spec.name] = FunctionState(spec, spec.replicas, 0, _TIME, PROGRESSING)
        self._revisions[spec.name], self._weights[spec.name] = [], {}
        await self._begin(spec, by)

    async def update(self, spec: FunctionSpec, by: str = "") -> None:
        """Remember the new form of a known function."""
        await self.describe(spec.name)
        self._check(spec)
        if spec != self._revisions[spec.name][0].spec:
            await self._begin(spec, by)

    async def history(self, name: str) -> Sequence[RevisionInfo]:
        """Its revisions, newest first."""
        await self.describe(name)
        return list(self._revisions[name])

    async def rollback(self, name: str, number: int | None, by: str = "") -> RevisionInfo:
        """Serve an earlier revision's spec again."""
        await self.describe(name)
        found = self._before(name) if number is None else number
        for each in self._revisions[name]:
            if each.number == found:
                if each.spec == self._revisions[name][0].spec:
                    return self._revisions[name][0]
                self._check(each.spec)
                return await self._begin(at_once(each.spec), by)
        raise NotFound(f"function {name} has no revision {number}")

    def _before(self, name: str) -> int:
        """Number of the revision to go back to."""
        serving = self._serving(name)
        if name in self._judged:
            return serving
        for each in self._revisions[name]:
            if each.number < serving and each.rollout == READY:
                return each.number
        raise InvalidRequest(f"function {name} has no earlier revision to go back to")

    async def settle(self, name: str, number: int, reason: str, *, keep: bool) -> None:
        """End a canary or shadow."""
        await self.describe(name)
        newest, terms = self._revisions[name][0], self._judged.get(name)
        if terms is None or newest.number != number:
            raise InvalidRequest(f"revision {number} of {name} is no canary or shadow now")
        del self._judged[name]
        outcome = READY if keep else FAILED if terms.weight else ENDED
        if keep:
            self.statuses[name] = replace(self.statuses[name], spec=newest.spec)
            await self._route(name, {number: 1.0})
        else:
            await self._route(name, {self._serving(name): 1.0})
        self._revisions[name][0] = replace(self._revisions[name][0], rollout=outcome, reason=reason)
        self._say(name, outcome, "" if keep else reason)
        self._tell_end(newest, outcome, reason)

    def shadows(self, name: str) -> Sequence[Target]:
        """The replicas of a shadow."""
        if name not in self.statuses:
            raise NotFound(f"no such function: {name}")
        terms = self._judged.get(name)
        if terms is None or terms.weight or not self.statuses[name].replicas:
            return ()
        number = self._revisions[name][0].number
        return [
            replace(each, revision=number)
            for each in self._of(name, number)
            if each.address not in self._lost
        ]

    async def delete(self, name: str) -> None:
        """Forget it."""
        await self.describe(name)
        before = self.targets(name)
        self._judged.pop(name, None)
        del self.statuses[name], self._revisions[name], self._weights[name]
        await self._drain(before, ())

    async def scale(self, name: str, replicas: int) -> None:
        """Change the count."""
        status, before = await self.describe(name), self.targets(name)
        self.statuses[name] = replace(status, replicas=replicas)
        await self._drain(before, self.targets(name))

    async def functions(self) -> Sequence[FunctionState]:
        """Every function, by name."""
        return [await self.describe(name) for name in sorted(self.statuses)]

    async def describe(self, name: str) -> FunctionState:
        """One function."""
        if name not in self.statuses:
            raise NotFound(f"no such function: {name}")
        status, revisions = self.statuses[name], self._revisions[name]
        serving = [each for each in revisions if each.serving]
        shown = (serving or revisions)[0]
        ready = self.targets(name)
        moving = Progress(status.replicas, 0) if status.rollout == PROGRESSING else None
        return replace(
            status,
            available=status.replicas if ready else 0,
            revision=shown.number if serving else 0,
            newest=revisions[0].number,
            progress=moving,
            restarts=shown.restarts,
            last_exit=shown.last_exit,
            judged=self._judged[name].mode if name in self._judged else "",
        )

    async def usage(self, name: str) -> Usage:
        """Half a core and 100 MiB a replica."""
        replicas = (await self.describe(name)).replicas
        return Usage(500.0 * replicas, MEMORY * replicas)

    def targets(self, name: str) -> Sequence[Target]:
        """The addresses of the revisions that serve, whatever the count, unless it is 0."""
        if name not in self.statuses:
            raise NotFound(f"no such function: {name}")
        if not self.statuses[name].replicas:
            return ()
        return [
            replace(target, revision=number, weight=weight)
            for number, weight in self._weights[name].items()
            for target in self._of(name, number)
            if target.address not in self._lost
        ]

    async def ready(self, name: str, deadline: float) -> Sequence[Target]:
        """The targets, as soon as there is one."""
        try:
            async with asyncio.timeout_at(deadline), self._changed:
                await self._changed.wait_for(lambda: self.targets(name))
        except TimeoutError:
            pass
        return self.targets(name)

    async def ended(self, name: str, target: Target, deadline: float) -> ReplicaExit | None:
        """What it was told of that replica."""
        await self.describe(name)
        try:
            async with asyncio.timeout_at(deadline), self._changed:
                if target not in self.targets(name):
                    await self._changed.wait_for(lambda: self._lost.get(target.address))
        except TimeoutError:
            pass
        return self._lost.get(target.address)

    def _note_exit(self, name: str, address: str, ended: ReplicaExit | None) -> None:
        for place, each in enumerate(self._revisions[name]):
            if address in {target.address for target in self._of(name, each.number)}:
                known = replace(each, restarts=each.restarts + 1, last_exit=ended)
                self._revisions[name][place] = known

    def _of(self, name: str, number: int) -> Sequence[Target]:
        (info,) = (each for each in self._revisions[name] if each.number == number)
        addresses = self.scripts.get(info.spec.image, Script()).addresses
        return self.replicas if addresses is None else [Target(each) for each in addresses]

    def _check(self, spec: FunctionSpec) -> None:
        check_attachments(spec.env, self.archives.__contains__)
        for name in spec.secrets:
            if name != REGISTRY_SECRET and name not in self.kept_secrets:
                raise InvalidRequest(f"secret {name} is not here: create it first")

    async def _begin(self, spec: FunctionSpec, by: str) -> RevisionInfo:
        if self._judged.pop(spec.name, None):
            await self._route(spec.name, {self._serving(spec.name): 1.0})
        revisions, script = self._revisions[spec.name], self.scripts.get(spec.image, Script())
        info = RevisionInfo(len(revisions) + 1, spec, _TIME, by)
        if revisions and self.statuses[spec.name].rollout == PROGRESSING:
            self._tell_end(revisions[0], REPLACED)
        self._hear(RolloutStep(spec.name, info.number, "preparing"))
        revisions.insert(0, info)
        self._say(spec.name, PROGRESSING)
        if script.gate is None:
            await self._settle(info, script)
        else:
            task = asyncio.create_task(self._settle(info, script))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return info

    async def _settle(self, info: RevisionInfo, script: Script) -> None:
        """Serve a revision once its gate opens, or say why not."""
        name = info.spec.name
        if script.gate is not None:
            await script.gate.wait()
        if self._revisions.get(name, [None])[0] != info:
            return  # given up for a newer one, or deleted
        if script.fault:
            self._revisions[name][0] = replace(info, rollout=FAILED, reason=script.fault)
            self._say(name, FAILED, script.fault)
            self._tell_end(info, FAILED, script.fault)
            return
        terms, serving = terms_of(info.spec.annotations), self._serving(name)
        if terms is not None and serving:
            self._judged[name] = terms
            self._weights[name] = {serving: 1 - terms.weight}
            if terms.weight:
                self._weights[name][info.number] = terms.weight
            self._hear(RolloutStep(name, info.number, terms.mode))
            self._hear(CandidateReady(name, info.number, serving, terms))
            await self._tell()
            return
        self.statuses[name] = replace(self.statuses[name], spec=info.spec)
        self._say(name, READY)
        await self._route(name, {info.number: 1.0})
        self._tell_end(info, READY)

    def _serving(self, name: str) -> int:
        return next((each.number for each in self._revisions[name] if each.serving), 0)

    def _tell_end(self, info: RevisionInfo, result: str, reason: str = "") -> None:
        self._hear(RolloutEnded(info.spec.name, info.number, result, reason, 0.0))

    def _say(self, name: str, rollout: str, reason: str = "") -> None:
        self.statuses[name] = replace(self.statuses[name], rollout=rollout, reason=reason)

    async def _route(self, name: str, weights: dict[int, float]) -> None:
        before = self.targets(name)
        self._weights[name] = weights
        newest = max(weights)
        self._revisions[name] = [
            replace(each, serving=each.number == newest, rollout=READY)
            if each.number in weights
            else replace(each, serving=False)
            for each in self._revisions[name]
        ]
        await self._drain(before, self.targets(name))

    async def _drain(self, before: Sequence[Target], after: Sequence[Target]) -> None:
        kept = {each.address for each in after}
        for target in before:
            if self.drain is not None and target.address not in kept:
                task = asyncio.ensure_future(self._drain_one(target, self.drain))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        await self._tell()

    async def _drain_one(self, target: Target, drain: Callable[[Target], Awaitable[None]]) -> None:
        self.draining.add(target)
        await drain(target)
        self.draining.discard(target)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
