"""What pods use: their watchers say so; of others the cluster does, if it has `metrics.k8s.io`."""

import time
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..placement import Usage
from ..routing import Target
from .api import Api, ApiError, Json
from .pages import Pages
from .routing import Routes
from .view import View

_CPU, _MEMORY, _START = NAMES = (
    "process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds",
)  # fmt: skip
_SHORTEST_SECONDS = 0.2
_SUFFIXES = {
    "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Used:
    """By one replica.

    Attributes:
        seconds: Of processor time, since it was started.
        memory: Bytes, now.
        started: When it was; seconds since 1970.
        at: When it was asked, likewise.
    """

    seconds: float
    memory: int
    started: float
    at: float


@dataclass
class _Rate:
    """Of one function: what its replicas had used when it was asked for last, and the rate then."""

    at: float
    seconds: Mapping[str, float]
    millicores: float


class PodUsage:
    """Reads what replicas use."""

    def __init__(
        self, api: Api, view: View, routes: Routes, pages: Pages, *, metrics: str = ""
    ) -> None:
        """Nothing is read yet.

        Args:
            api: The cluster's.
            view: Its pods.
            routes: Which of them take calls, and where their pages are.
            pages: Asks those.
            metrics: Version of `metrics.k8s.io` that the cluster has; empty for none.
        """
        self._api, self._view, self._routes, self._pages = api, view, routes, pages
        self._metrics = metrics
        self._seen: dict[str, dict[str, Used]] = {}  # by function, then by replica
        self._rates: dict[str, _Rate] = {}

    async def all(self) -> Mapping[str, Mapping[Hashable, tuple[float, int]]]:
        """Seconds and bytes by function and replica, for `Consumptions`."""
        functions = list(self._view.functions())
        await self._read(functions)
        for kept in (self._seen, self._rates):
            for gone in kept.keys() - set(functions):
                del kept[gone]
        return {
            name: {address: (used.seconds, used.memory) for address, used in each.items()}
            for name, each in self._seen.items()
        }

    async def of(self, name: str) -> Usage:
        """What the replicas of a function use; raises `NotFound`."""
        self._view.of(name)
        await self._read([name])
        used, now, before = self._seen[name], time.time(), self._rates.get(name)
        if before is None:
            lives = ((each.seconds, max(each.at - each.started, 1.0)) for each in used.values())
            rate = 1000 * sum(seconds / life for seconds, life in lives)
        elif now - before.at < _SHORTEST_SECONDS:
            rate = before.millicores
        else:
            spent = (
                max(0.0, each.seconds - before.seconds.get(address, 0.0))
                for address, each in used.items()
            )
            rate = 1000 * sum(spent) / (now - before.at)
        if before is None or now - before.at >= _SHORTEST_SECONDS:
            seconds = {address: each.seconds for address, each in used.items()}
            self._rates[name] = _Rate(now, seconds, rate)
        return Usage(rate, sum(each.memory for each in used.values()))

    async def _read(self, functions: Iterable[str]) -> None:
        """Ask all of their replicas; one that does not answer now uses what it did before."""
        targets = {name: self._replicas(name) for name in functions}
        flat = [each for those in targets.values() for each in those]
        found = await self._of_watchers(flat)
        if self._metrics and any(each.address not in found for each in flat):
            found = await self._of_cluster(targets) | found
        for name, those in targets.items():
            known = self._seen.get(name, {}) | found
            addresses = [each.address for each in those]
            self._seen[name] = {each: known[each] for each in addresses if each in known}

    def _replicas(self, name: str) -> Sequence[Target]:
        return [*self._routes.targets(name), *self._routes.shadows(name)]

    async def _of_watchers(self, targets: Sequence[Target]) -> dict[str, Used]:
        pages = (each.metrics for each in targets if each.metrics)
        numbers, now = await self._pages.numbers(pages, NAMES), time.time()
        return {
            each.address: Used(page[_CPU], int(page[_MEMORY]), page.get(_START, now), now)
            for each in targets
            if (page := numbers.get(each.metrics)) and _CPU in page and _MEMORY in page
        }

    async def _of_cluster(self, targets: Mapping[str, Sequence[Target]]) -> dict[str, Used]:
        """As the cluster measures pods now and then; their time so far is what that comes to."""
        group = f"/apis/metrics.k8s.io/{self._metrics}"
        path = f"{group}/namespaces/{self._api.namespace}/pods"
        try:
            items = (await self._api.get(path)).get("items") or ()
        except ApiError:  # what measures may be away while the cluster is not
            return {}
        rates, now = {each["metadata"]["name"]: _measured(each) for each in items}, time.time()
        found: dict[str, Used] = {}
        for name, those in targets.items():
            pods = {each.address: each.name for each in self._view.pods.of(name)}
            for each in those:
                rate = rates.get(pods.get((urlsplit(each.address).hostname or ""), ""))
                if rate is not None:
                    before = self._seen.get(name, {}).get(each.address, Used(0, 0, now, now))
                    seconds = before.seconds + rate[0] * (now - before.at)
                    found[each.address] = Used(seconds, rate[1], before.started, now)
        return found


def _measured(pod: Json) -> tuple[float, int]:
    """Cores and bytes of a pod, as `metrics.k8s.io` has them."""
    used = [each.get("usage") or {} for each in pod.get("containers") or ()]
    cores = sum(amount(each.get("cpu", "0")) for each in used)
    return cores, int(sum(amount(each.get("memory", "0")) for each in used))


def amount(quantity: str) -> float:
    """The number of a Kubernetes quantity, such as `250m` or `64Mi`; 0 for what is none."""
    number = quantity.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    factor = _SUFFIXES.get(quantity[len(number) :], 1.0)
    try:
        return float(number) * factor
    except ValueError:
        return 0.0
