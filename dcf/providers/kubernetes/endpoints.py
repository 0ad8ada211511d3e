"""EndpointSlices, or Endpoints of older clusters, as the ready addresses of a Service."""

from collections.abc import Iterable, Iterator
from typing import Any

from .api import Json
from .records import EndpointRecord

_SERVICE = "kubernetes.io/service-name"
_PORT = "http"  # of several, the one of calls
Addresses = tuple[EndpointRecord, ...]


def slice_addresses(found: Json) -> Addresses | None:
    """Of an EndpointSlice, `v1` or `v1beta1`; None for one of no Service, or with none ready."""
    service = (found["metadata"].get("labels") or {}).get(_SERVICE)
    port = _port(found.get("ports") or ())
    if not service or not port or found.get("addressType") == "FQDN":
        return None
    found_ready = tuple(
        EndpointRecord(service, pod, _host(each["addresses"][0]), port)
        for each in found.get("endpoints") or ()
        # No word means ready; since 1.20 it says who ends.
        if (each.get("conditions") or {}).get("ready") is not False
        and (pod := _pod(each)) and each.get("addresses")
    )  # fmt: skip
    return found_ready or None


def endpoints_addresses(found: Json) -> Addresses | None:
    """Of an Endpoints object, whose name is its Service's; None where none is ready."""
    return tuple(_of_subsets(found["metadata"]["name"], found.get("subsets") or ())) or None


def service_of(addresses: Addresses) -> str:
    """The Service of all of them."""
    return addresses[0].service


def _of_subsets(service: str, subsets: Iterable[Json]) -> Iterator[EndpointRecord]:
    for subset in subsets:
        if port := _port(subset.get("ports") or ()):
            for each in subset.get("addresses") or ():
                if pod := _pod(each):
                    yield EndpointRecord(service, pod, _host(each["ip"]), port)


def _port(ports: Iterable[Json]) -> int:
    """The port of calls: the one of that name, or the first; 0 for none."""
    known = [each for each in ports if each.get("port")]
    named = [each for each in known if each.get("name") == _PORT]
    return int((named or known or [{"port": 0}])[0]["port"])


def _pod(endpoint: Json) -> str:
    target: dict[str, Any] = endpoint.get("targetRef") or {}
    return str(target.get("name") or "") if target.get("kind") == "Pod" else ""


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
