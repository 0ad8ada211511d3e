"""Everything that is known of the cluster's functions, kept up to date by a watch of each kind."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from ...errors import NotFound
from . import names, pod_warnings
from .api import Api, ApiError, Json
from .cache import Cache, Change
from .discovery import Served
from .endpoints import Addresses, endpoints_addresses, service_of, slice_addresses
from .following import Following
from .ownership import Ownership
from .reading import deployment_record, pod_record, replica_set_record
from .records import DeploymentRecord, FunctionRecords, PodRecord, ReplicaSetRecord

_log = logging.getLogger(__name__)
Record = TypeVar("Record")
Hear = Callable[[Change[Any]], None]


class View:
    """The provider's picture of the cluster: looking at it asks nobody.

    Attributes:
        deployments: By function: its stable one and its candidate.
        replica_sets: By function.
        pods: By function.
        endpoints: By Service.
        warnings: By pod.
    """

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.deployments = Cache[DeploymentRecord](_alone(deployment_record), _function)
        self.replica_sets = Cache[ReplicaSetRecord](_alone(replica_set_record), _function)
        self.pods = Cache[PodRecord](pod_record, _function)
        self.endpoints = Cache[Addresses](_alone(slice_addresses), service_of)
        self.warnings = Cache[pod_warnings.PodWarning](
            _alone(pod_warnings.pod_warning), lambda each: each.pod
        )
        self._hearing: list[Hear] = []
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}
        self._following: list[Following[Any]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def listen(self, hear: Hear) -> None:
        """Tell somebody of each change, once all of the view shows it."""
        self._hearing.append(hear)

    async def open(self, api: Api, served: Served) -> None:
        """Take what is there now, and follow it from then on; raises `ApiError`."""
        here = f"/namespaces/{api.namespace}"
        if served.slices:
            slices = f"/apis/discovery.k8s.io/{served.slices}{here}/endpointslices"
        else:
            slices = f"/api/v1{here}/endpoints"
            self.endpoints = Cache(_alone(endpoints_addresses), service_of)
        for path, cache, labels in (
            (f"/apis/apps/v1{here}/deployments", self.deployments, names.FUNCTION),
            (f"/apis/apps/v1{here}/replicasets", self.replica_sets, names.FUNCTION),
            (f"/api/v1{here}/pods", self.pods, names.FUNCTION),
            (slices, self.endpoints, ""),  # before 1.20 they have no labels of their Services
        ):
            self._following.append(Following(api, path, cache, self._changed, labels))
        for each in self._following:
            await each.list()
        path = f"/api/v1{here}/events"
        warnings = Following(api, path, self.warnings, self._changed, fields=pod_warnings.FIELDS)
        try:
            await warnings.list()
            self._following.append(warnings)
        except ApiError as fault:  # without them only fewer reasons are reported
            _log.warning("why volumes and probes of pods fail will not be told: %s", fault)
        self._tasks = [asyncio.create_task(each.run()) for each in self._following]

    async def close(self) -> None:
        """Follow no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def functions(self) -> Iterable[str]:
        """Names of all functions, sorted."""
        return sorted(each for each in self.deployments.owners() if self.track(each, names.STABLE))

    def track(self, function: str, track: str) -> DeploymentRecord | None:
        """A function's Deployment of that track."""
        found = self.deployments.of(function)
        return next((each for each in found if each.track == track), None)

    def of(self, function: str) -> FunctionRecords:
        """All that is known of one function; raises `NotFound`."""
        stable = self.track(function, names.STABLE)
        if stable is None:
            raise NotFound(f"no such function: {function}")
        candidate = self.track(function, names.CANDIDATE)
        own = Ownership((stable, candidate), self.replica_sets.of(function))
        return FunctionRecords(
            stable,
            candidate,
            own.sets,
            tuple(
                pod_warnings.warned(pod, self.warnings.of(pod.name))
                for pod in self.pods.of(function)
                if own.has(pod)
            ),
        )

    async def changed(self, function: str, deadline: float) -> bool:
        """Wait until something of a function is another; False if nothing is by the deadline."""
        loop = asyncio.get_running_loop()
        news = loop.create_future()
        self._waiting.setdefault(function, set()).add(news)
        try:
            async with asyncio.timeout_at(deadline):
                await news
        except TimeoutError:
            return False
        finally:
            with contextlib.suppress(KeyError):
                self._waiting[function].discard(news)
                if not self._waiting[function]:
                    del self._waiting[function]
        return True

    def _changed(self, change: Change[Any]) -> None:
        for hear in self._hearing:
            hear(change)
        for owner in change.owners:
            for news in self._waiting.pop(owner, ()):
                if not news.done():
                    news.set_result(None)


def _function(record: DeploymentRecord | ReplicaSetRecord | PodRecord) -> str:
    return record.function


def _alone(read: Callable[[Json], Record | None]) -> Callable[[Json, Record | None], Record | None]:
    """What makes a record without a look at the one before."""
    return lambda found, _before: read(found)
