"""Where calls go: tables of targets, made again for a function whenever its addresses change.

Calls look into a table and ask nobody. While the API server is away the tables stay as they are.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from ...errors import InvalidRequest, NotFound
from ...rooms import values
from ..limits import limits_of
from ..placement import READY, FunctionSpec, ReplicaExit
from ..replica_times import concurrency_of, room_of, times_of
from ..routing import Target
from ..terms import Terms, terms_of
from . import names
from .cache import Change
from .ownership import Ownership
from .recent_exits import RecentExits
from .records import DeploymentRecord, EndpointRecord, PodRecord, ReplicaSetRecord
from .view import View

# In which a container's end is known here; of one that lives nothing comes, and a caller waits.
_NEWS_SECONDS = 2.0


class Routes:
    """Fills `Routing` from a view."""

    def __init__(self, view: View) -> None:
        """Follows the view; nothing has an address yet."""
        self._view, self._exits = view, RecentExits()
        self._targets: dict[str, tuple[Target, ...]] = {}
        self._shadows: dict[str, tuple[Target, ...]] = {}
        self._functions: dict[str, str] = {}  # by Service
        self._news = asyncio.Event()
        view.listen(self._changed)

    def targets(self, name: str) -> Sequence[Target]:
        """The ready replicas."""
        try:
            return self._targets[name]
        except KeyError:
            raise NotFound(f"no such function: {name}") from None

    def shadows(self, name: str) -> Sequence[Target]:
        """The ready replicas of a shadow."""
        self.targets(name)
        return self._shadows.get(name, ())

    async def ready(self, name: str, deadline: float) -> Sequence[Target]:
        """The ready replicas, as soon as there is one."""
        try:
            async with asyncio.timeout_at(deadline):
                while not self.targets(name):
                    await self._news.wait()
        except TimeoutError:
            pass
        return self.targets(name)

    async def ended(self, name: str, target: Target, deadline: float) -> ReplicaExit | None:
        """How a replica ended that broke off a call."""
        self.targets(name)
        place = urlsplit(target.address)
        deadline = min(deadline, asyncio.get_running_loop().time() + _NEWS_SECONDS)
        return await self._exits.at(place.hostname or "", place.port or 0, deadline)

    def _changed(self, change: Change[Any]) -> None:
        known = change.after if change.after is not None else change.before
        if isinstance(known, tuple):
            for service in change.owners & self._functions.keys():
                self._make(self._functions[service])
            return
        if isinstance(known, PodRecord):
            self._exits.note(change.before, change.after)
        if isinstance(known, DeploymentRecord):
            self._note_service(change)
        if _matters(change.before) != _matters(change.after):
            for function in change.owners:
                self._make(function)

    def _note_service(self, change: Change[DeploymentRecord]) -> None:
        if change.before is not None:
            self._functions.pop(change.before.name, None)
        if change.after is not None:
            self._functions[change.after.name] = change.after.function

    def _make(self, name: str) -> None:
        """Its table again."""
        stable = self._view.track(name, names.STABLE)
        if stable is None:
            self._targets.pop(name, None)
            self._shadows.pop(name, None)
        else:
            tables = Table(self._view, stable, self._view.track(name, names.CANDIDATE))
            self._targets[name], self._shadows[name] = tables.targets, tables.shadows
        self._news.set()
        self._news = asyncio.Event()


class Table:
    """The targets of one function now.

    Attributes:
        targets: Those that take calls.
        shadows: Those that take copies of calls.
        is_settled: Whether none of them is known to end, or not known to be the function's.
    """

    def __init__(
        self, view: View, stable: DeploymentRecord, candidate: DeploymentRecord | None
    ) -> None:
        """Takes what a view shows."""
        self._view, self.is_settled = view, True
        self._own = Ownership((stable, candidate), view.replica_sets.of(stable.function))
        places = self._places(stable)
        judged = self._places(candidate) if candidate else []
        terms = _terms(candidate.spec) if candidate else None
        if candidate and candidate.revision == stable.revision:  # it takes over
            places, judged = places + judged, []
        if not terms or not candidate or not self._is_judged(candidate):
            judged = []
        share = terms.share if terms and judged and terms.weight else 0.0
        self.targets: tuple[Target, ...] = tuple(_targets(places, stable.spec, 1 - share))
        self.shadows: tuple[Target, ...] = ()
        if candidate and share:
            self.targets += tuple(_targets(judged, candidate.spec, share))
        elif candidate:
            self.shadows = tuple(_targets(judged, candidate.spec, 0))

    def _is_judged(self, candidate: DeploymentRecord) -> bool:
        """Whether all its replicas were ready once."""
        return any(
            each.rollout == READY and each.track == names.CANDIDATE
            and each.revision == candidate.revision
            for each in self._own.sets
        )  # fmt: skip

    def _places(self, of: DeploymentRecord) -> list[tuple[int, EndpointRecord]]:
        """The ready addresses of a Deployment's Service, each with its pod's revision.

        Where none is wanted they are about to end, and a call would be one of the last. A pod that
        ends goes on answering for a while: it gets calls only as long as no other is known, since
        addresses and pods come by watches of their own, and one may lag behind the other. The same
        holds for one whose ReplicaSet is not known; one of a Deployment that is gone gets none.
        """
        if not of.replicas:
            return []
        found = [
            (self._view.pods.get(each.pod), each)
            for addresses in self._view.endpoints.of(of.name)
            for each in addresses
        ]
        known = [(pod, each) for pod, each in found if not self._is_left_over(pod, each)]
        lasting = [(pod, each) for pod, each in known if self._lasts(pod, each)]
        self.is_settled = self.is_settled and (bool(lasting) or not known)
        return [(self._revision(pod, each) or of.revision, each) for pod, each in lasting or known]

    def _lasts(self, pod: PodRecord | None, address: EndpointRecord) -> bool:
        """Whether it will go on; a pod that is not known may be too new, or gone with its set."""
        if pod is not None:
            return not pod.ending and self._own.has(pod)
        found = self._own.set_of(_owner(address))
        return found is None or found.replicas > 0

    def _is_left_over(self, pod: PodRecord | None, address: EndpointRecord) -> bool:
        """Whether its ReplicaSet is known, and not this function's, or not this pod's, any more."""
        name = pod.owner if pod else _owner(address)
        return self._view.replica_sets.get(name) is not None and self._own.set_of(name, pod) is None

    def _revision(self, pod: PodRecord | None, address: EndpointRecord) -> int:
        """The pod's own number; where its label is missing or it was not seen yet, its set's."""
        if pod and pod.revision:
            return pod.revision
        owner = pod.owner if pod else _owner(address)
        found = self._own.set_of(owner)
        return found.revision if found else 0


def _owner(address: EndpointRecord) -> str:
    """Name of the ReplicaSet that made the pod."""
    return address.pod.rpartition("-")[0]


def _targets(
    places: Sequence[tuple[int, EndpointRecord]], spec: FunctionSpec, share: float
) -> Iterator[Target]:
    """As many calls for each replica, whatever its revision."""
    counts = Counter(revision for revision, _ in places)
    seconds, most, metrics = _limits(spec)
    for revision, each in places:
        weight = share * counts[revision] / len(places)
        page = f"http://{each.address}:{metrics}/metrics" if metrics else ""
        yield Target(f"http://{each.address}:{each.port}", revision, weight, seconds, page, most)


def _limits(spec: FunctionSpec) -> tuple[float, int, int]:
    """Seconds of a call, calls at once, and the port of metrics, as a function has them set.

    A watcher that is not told otherwise runs a call a core, of which its pod has at least one. What
    OpenFaaS' clients name a process of is another program, of which nothing is known.
    """
    try:
        cores = 0 if spec.process else limits_of(spec.limits).whole_cores or 1
        most = room_of(spec.env, concurrency_of(spec.env) or cores)
        return times_of(spec.env).give_up, most, values.whole("METRICS_PORT", spec.env)
    except (InvalidRequest, values.BadValue):  # somebody else's, who may mean something else
        return times_of({}).give_up, 0, 0


def _terms(spec: FunctionSpec) -> Terms | None:
    try:
        return terms_of(spec.annotations)
    except InvalidRequest:  # written by somebody else
        return None


def _matters(record: Any) -> object:  # noqa: ANN401 # of three kinds
    """What of a record makes other targets; its count of ready pods, for one, does not."""
    match record:
        case DeploymentRecord(name=name, track=track, uid=uid):
            return name, track, uid, record.revision, record.spec, record.replicas > 0
        case ReplicaSetRecord(name=name, uid=uid, deployment=owner):
            return name, uid, owner, record.revision, record.rollout, record.replicas > 0
        case PodRecord():
            return record.revision, record.owner, record.owner_uid, record.ending
    return None
