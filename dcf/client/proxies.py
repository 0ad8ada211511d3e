"""Whether gRPC may go to a gateway through a proxy that the environment names.

gRPC's library takes `grpc_proxy`, `https_proxy` and `http_proxy` even for this machine itself,
which no proxy reaches, and knows `no_proxy` in lower case alone. REST never uses one.
"""

import ipaddress
import os
from collections.abc import Mapping
from urllib.parse import urlsplit

_LISTS = ("no_grpc_proxy", "no_proxy", "NO_PROXY")


def goes_directly(address: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell it of a gRPC address.

    Args:
        address: `host:port`, perhaps with a scheme of gRPC's (`dns:///host:port`).
        environ: Where the lists of hosts without a proxy are.
    """
    try:
        host = urlsplit(f"//{address.rpartition('/')[2]}").hostname or ""
    except ValueError:
        return False
    if address.startswith("unix:") or _is_here(host):
        return True
    listed = next((environ[name] for name in _LISTS if environ.get(name)), "")
    return any(_covers(each.strip().lower(), host) for each in listed.split(","))


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _covers(rule: str, host: str) -> bool:
    """A host, a domain with all below it, a network of addresses, or `*`."""
    if rule in {"*", host}:
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(rule, strict=False)
    except ValueError:
        name = rule.removeprefix("*").removeprefix(".").partition(":")[0]
        return bool(name) and (host == name or host.endswith(f".{name}"))
