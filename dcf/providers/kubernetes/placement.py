"""Functions of the cluster: what people ask for becomes objects, and what is there is reported."""

from collections.abc import Awaitable, Callable, Sequence

from ...errors import InvalidRequest
from ..going_back import earlier_spec, spec_of_revision
from ..placement import (
    ENDED,
    FAILED,
    FunctionSpec,
    FunctionState,
    RevisionInfo,
    Usage,
)
from ..stamp import now
from ..terms import SHADOW, at_once, terms_of
from . import changes, names
from .api import Json
from .checks import Material
from .deployed import Deployed
from .manifests import deployment, service
from .objects import DEPLOYMENTS, SERVICES
from .parts import Parts
from .records import FunctionRecords
from .revisions import Asked
from .state import Standing
from .written import spec_text


class ClusterPlacement:
    """Fills `Placement`."""

    def __init__(self, parts: Parts, usage: Callable[[str], Awaitable[Usage]]) -> None:
        """Asks nothing yet.

        Args:
            parts: What it is made of.
            usage: What a function's replicas use.
        """
        self._objects, self._view, self._ground = parts.objects, parts.view, parts.ground
        self._checks, self._scalers, self._candidates = (
            parts.checks,
            parts.scalers,
            parts.candidates,
        )
        self._deployed, self._usage = Deployed(parts.objects, parts.view), usage

    async def deploy(self, spec: FunctionSpec, by: str = "") -> None:
        """Make a function's objects."""
        await self._deployed.check_free(spec.name)
        material = await self._checks.check(spec)
        asked = Asked(spec, 1, now(), by, material.stored, material.pull_secrets)
        made = await self._deployed.create(spec.name, deployment(asked, self._ground))
        await self._objects.ensure_service(service(made))
        await self._scalers.follow(made, spec)
        await self._objects.seen(spec.name, made)

    async def update(self, spec: FunctionSpec, by: str = "") -> None:
        """Begin to replace a function."""
        await self._begin(spec.name, lambda _: spec, by)

    async def history(self, name: str) -> Sequence[RevisionInfo]:
        """Its revisions, newest first."""
        return Standing(self._view.of(name)).history()

    async def rollback(self, name: str, number: int | None, by: str = "") -> RevisionInfo:
        """Begin to go back to an earlier revision, which is not judged again."""

        def find(records: FunctionRecords) -> FunctionSpec:
            history = Standing(records).history()
            if number is not None:
                spec = spec_of_revision(name, history, number)
            elif candidate_of(records) and (serving := _serving(history)):
                spec = serving.spec
            else:
                spec = earlier_spec(name, history)
            newest = history[0]
            return spec if newest.serving and newest.spec == spec else at_once(spec)

        return await self._begin(name, find, by)

    async def settle(self, name: str, number: int, reason: str, *, keep: bool) -> None:
        """End a canary or shadow."""

        async def decide(deployed: Json, records: FunctionRecords) -> Json:
            standing, candidate = Standing(records), records.candidate
            if candidate is None or not standing.judged or standing.newest != number:
                raise InvalidRequest(f"revision {number} of {name} is no canary or shadow now")
            if keep:
                return changes.taken_over(deployed, await self._candidates.get(name), reason)
            outcome = ENDED if standing.judged == SHADOW else FAILED
            return changes.ended(deployed, standing.history()[0], outcome, reason)

        before = self._view.track(name, names.STABLE)
        written = await self._deployed.change(name, decide)
        if keep and (kept := changes.spec_of_template(written)) and before:
            await self._scalers.follow(written, kept, before.spec)
        elif not keep:
            await self._candidates.delete(name)
        await self._objects.seen(name, written)

    async def delete(self, name: str) -> None:
        """Delete a function's objects; its replicas finish their calls."""
        found = await self._deployed.get(name)
        await self._candidates.delete(name)
        await self._objects.delete(SERVICES, name)
        await self._objects.delete(DEPLOYMENTS, name)
        await self._objects.unseen(name, name, found["metadata"]["uid"])

    async def scale(self, name: str, replicas: int) -> None:
        """Want so many replicas."""
        await self._deployed.get(name)
        wanted = {"spec": {"replicas": replicas}}
        await self._candidates.scale(name, replicas)
        written = await self._objects.patch(DEPLOYMENTS, name, wanted, "/scale")
        await self._objects.seen(name, written)

    async def functions(self) -> Sequence[FunctionState]:
        """Every function, by name."""
        return [Standing(self._view.of(name)).state for name in self._view.functions()]

    async def describe(self, name: str) -> FunctionState:
        """One function."""
        return Standing(self._view.of(name)).state

    async def usage(self, name: str) -> Usage:
        """What its replicas use now."""
        self._view.of(name)
        return await self._usage(name)

    async def _begin(
        self, name: str, find: Callable[[FunctionRecords], FunctionSpec], by: str
    ) -> RevisionInfo:
        """Roll to a revision; a roll under way is given up for it. The same again is no work."""
        begun: list[Asked] = []
        checked: dict[str, Material] = {}  # by spec, so that another try comes sooner
        before = self._view.track(name, names.STABLE)

        async def decide(deployed: Json, records: FunctionRecords) -> Json | None:
            standing = Standing(records)
            newest, spec = standing.history()[0], find(records)
            text = spec_text(spec)
            if text not in checked:
                checked[text] = await self._checks.check(spec)
            material = checked[text]
            begun.clear()
            if spec == newest.spec and newest.rollout not in (FAILED, ENDED):
                return None
            number = changes.next_number(deployed, standing)
            asked = Asked(spec, number, now(), by, material.stored, material.pull_secrets)
            begun.append(asked)
            changed = changes.given_up(deployed, newest, number)
            replicas = self._scalers.wanted(deployed, spec)
            if terms_of(spec.annotations) is None or not standing.serving:
                return changes.begun(changed, asked, self._ground, replicas)
            changed = changes.numbered(changed, number)
            if not deployed["spec"]["replicas"]:  # to be judged by
                changed = changes.scaled(changed, replicas)
            if records.stable.revision != standing.serving:
                changed = changes.gone_back(changed, await self._serving_set(records))
            return changed

        written = await self._deployed.change(name, decide)
        if not begun:
            return Standing(self._view.of(name)).history()[0]
        asked = begun[0]
        await self._candidates.delete(name, asked.number)
        if changes.revision_of(written) == asked.number:
            await self._scalers.follow(written, asked.spec, before.spec if before else None)
        else:  # it is to be judged beside what serves
            await self._candidates.make(asked, written)
        await self._objects.seen(name, written)
        return RevisionInfo(asked.number, asked.spec, asked.at, by)

    async def _serving_set(self, records: FunctionRecords) -> Json:
        return await self._objects.replica_set_of(records, Standing(records).serving)


def candidate_of(records: FunctionRecords) -> bool:
    """Whether a function has a canary or shadow, ready or not, that is not kept yet."""
    candidate = records.candidate
    return candidate is not None and candidate.revision > records.stable.revision


def _serving(history: Sequence[RevisionInfo]) -> RevisionInfo | None:
    return next((each for each in history if each.serving), None)
