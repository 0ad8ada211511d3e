"""Which of several gateways leads: the one that holds a Lease, and renews it.

The leader alone judges, scales, undoes and sweeps. Times are this process's own, as clocks of
machines differ: a lease is over when it was not seen to be renewed for as long as it is given.
"""

import asyncio
import contextlib
import logging
import secrets
import socket
from collections.abc import Callable
from datetime import UTC, datetime

from .api import Api, ApiError, Json

NAME = "dcf-gateway"
LEASE_SECONDS = 15
_LEADS_SECONDS = 10.0  # without a renewal, well before others think that it is over
_RETRY_SECONDS = 2.0
_RELEASE_TRIES = 3
_GONE = 404
_LOST_RACE = (409, 404)
_log = logging.getLogger(__name__)


class Leader:
    """One gateway's part in the election.

    Attributes:
        identity: How it is called in the Lease.
    """

    def __init__(self, api: Api, version: str, began: Callable[[], None]) -> None:
        """Leads nobody yet.

        Args:
            api: Whom to ask.
            version: Of `coordination.k8s.io`; empty where it is not there: then this one leads.
            began: Called when it begins to lead.
        """
        self._api, self._began, self._is_alone = api, began, not version
        self._path = f"/apis/coordination.k8s.io/{version}/namespaces/{api.namespace}/leases"
        self.identity = f"{socket.gethostname()}_{secrets.token_hex(4)}"
        self._clock = asyncio.get_running_loop().time
        self._until, self._led = 0.0, False
        self._seen, self._seen_at = ("", ""), 0.0

    @property
    def leads(self) -> bool:
        """Whether this gateway is the leader now."""
        return self._is_alone or self._clock() < self._until

    async def run(self) -> None:
        """Take part until it is cancelled; then another one may lead at once."""
        if self._is_alone:
            self._began()
            return
        try:
            while True:
                try:
                    await self.look()
                except ApiError as fault:
                    _log.debug("the lease %s cannot be renewed: %s", NAME, fault)
                self._tell()
                await asyncio.sleep(_RETRY_SECONDS)
        finally:
            await self._release()

    async def look(self) -> None:
        """Renew the lease, or take it if nobody has it; raises `ApiError`."""
        asked = self._clock()
        try:
            lease = await self._api.get(f"{self._path}/{NAME}")
        except ApiError as fault:
            if fault.status != _GONE:
                raise
            lease = None
        if lease is not None and not self._is_free(lease):
            return
        try:
            await self._take(lease)
        except ApiError as fault:
            if fault.status not in _LOST_RACE:
                raise
            return
        self._until = asked + _LEADS_SECONDS

    def _is_free(self, lease: Json) -> bool:
        """Whether it is ours, nobody's, or its holder's time is over."""
        spec = lease.get("spec") or {}
        holder = spec.get("holderIdentity") or ""
        now, seen = self._clock(), (holder, lease["metadata"]["resourceVersion"])
        if seen != self._seen:
            self._seen, self._seen_at = seen, now
        given = float(spec.get("leaseDurationSeconds") or LEASE_SECONDS)
        return holder in {"", self.identity} or now - self._seen_at > given

    async def _take(self, lease: Json | None) -> None:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        before = (lease or {}).get("spec") or {}
        spec: Json = {
            "holderIdentity": self.identity, "leaseDurationSeconds": LEASE_SECONDS,
            "acquireTime": now, "renewTime": now,
            "leaseTransitions": int(before.get("leaseTransitions") or 0),
        }  # fmt: skip
        if before.get("holderIdentity") == self.identity:
            spec["acquireTime"] = before.get("acquireTime") or now
        elif lease is not None:
            spec["leaseTransitions"] += 1
        if lease is None:
            await self._api.create(self._path, {**_head(self._path), "spec": spec})
        else:
            await self._api.replace(f"{self._path}/{NAME}", {**lease, "spec": spec})

    async def _release(self) -> None:
        """Let another one lead without waiting for this one's time to end.

        A renewal that was broken off may still arrive: then the lease is read again.
        """
        if not self.leads:
            return
        self._until = 0.0
        with contextlib.suppress(ApiError, KeyError):
            for left in reversed(range(_RELEASE_TRIES)):
                lease = await self._api.get(f"{self._path}/{NAME}")
                if lease["spec"].get("holderIdentity") != self.identity:
                    return
                spec = {**lease["spec"], "holderIdentity": "", "leaseDurationSeconds": 1}
                try:
                    await self._api.replace(f"{self._path}/{NAME}", {**lease, "spec": spec})
                    return
                except ApiError as fault:
                    if not left or fault.status not in _LOST_RACE:
                        raise

    def _tell(self) -> None:
        if self.leads and not self._led:
            _log.info("this gateway leads: %s", self.identity)
            self._began()
        elif self._led and not self.leads:
            _log.info("this gateway does not lead any more: %s", self.identity)
        self._led = self.leads


def _head(path: str) -> Json:
    _, _, group, version, *_ = path.split("/")
    return {"apiVersion": f"{group}/{version}", "kind": "Lease", "metadata": {"name": NAME}}
