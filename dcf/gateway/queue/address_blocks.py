"""Which blocks of addresses the open internet can reach, as IANA's registries say it.

Every row of "IANA IPv4 Special-Purpose Address Registry" and "IANA IPv6 Special-Purpose Address
Registry" as last updated on `UPDATED`; what is no unicast is from "IPv4 Multicast Address Space
Registry" and "Internet Protocol Version 6 Address Space". Python has a table of its own, which
changes from one patch release to the next.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

UPDATED = "2025-10-09"


@dataclass(frozen=True)
class Block:
    """One row: whether its addresses are globally reachable, unless a smaller block differs."""

    network: IPv4Network | IPv6Network
    name: str
    reachable: bool


def _yes(network: str, name: str) -> Block:
    return Block(ip_network(network), name, reachable=True)


def _no(network: str, name: str) -> Block:
    """Also for a row of which the registry says `N/A` or nothing: it ended, or needs a relay."""
    return Block(ip_network(network), name, reachable=False)


BLOCKS = (
    _yes("0.0.0.0/0", "IPv4 unicast"),
    _no("0.0.0.0/8", "this network"),
    _no("0.0.0.0/32", "this host on this network"),
    _no("10.0.0.0/8", "private use"),
    _no("100.64.0.0/10", "shared address space"),
    _no("127.0.0.0/8", "loopback"),
    _no("169.254.0.0/16", "link local"),
    _no("172.16.0.0/12", "private use"),
    _no("192.0.0.0/24", "IETF protocol assignments"),
    _no("192.0.0.0/29", "IPv4 service continuity"),
    _no("192.0.0.8/32", "IPv4 dummy address"),
    _yes("192.0.0.9/32", "port control protocol, anycast"),
    _yes("192.0.0.10/32", "TURN, anycast"),
    _no("192.0.0.170/32", "NAT64/DNS64 discovery"),
    _no("192.0.0.171/32", "NAT64/DNS64 discovery"),
    _no("192.0.2.0/24", "documentation (TEST-NET-1)"),
    _yes("192.31.196.0/24", "AS112, IPv4"),
    _yes("192.52.193.0/24", "AMT"),
    _no("192.88.99.0/24", "6to4 relay anycast, ended"),
    _no("192.88.99.2/32", "6a44 relay anycast"),
    _no("192.168.0.0/16", "private use"),
    _yes("192.175.48.0/24", "direct delegation AS112"),
    _no("198.18.0.0/15", "benchmarking"),
    _no("198.51.100.0/24", "documentation (TEST-NET-2)"),
    _no("203.0.113.0/24", "documentation (TEST-NET-3)"),
    _no("224.0.0.0/4", "multicast"),
    _no("240.0.0.0/4", "reserved"),
    _no("255.255.255.255/32", "limited broadcast"),
    _no("::/0", "IPv6, but for what is given out as global unicast"),
    _no("::/128", "unspecified"),
    _no("::1/128", "loopback"),
    _no("::/96", "IPv4-compatible, ended"),
    _no("::ffff:0:0/96", "IPv4-mapped"),
    _no("::ffff:0:0:0/96", "IPv4-translated, ended"),
    _yes("64:ff9b::/96", "IPv4-IPv6 translation"),
    _no("64:ff9b:1::/48", "IPv4-IPv6 translation, local use"),
    _no("100::/64", "discard only"),
    _no("100:0:0:1::/64", "dummy prefix"),
    _yes("2000::/3", "IPv6 global unicast"),
    _no("2001::/23", "IETF protocol assignments"),
    _no("2001::/32", "Teredo"),
    _yes("2001:1::1/128", "port control protocol, anycast"),
    _yes("2001:1::2/128", "TURN, anycast"),
    _yes("2001:1::3/128", "DNS-SD service registration, anycast"),
    _no("2001:2::/48", "benchmarking"),
    _yes("2001:3::/32", "AMT"),
    _yes("2001:4:112::/48", "AS112, IPv6"),
    _no("2001:10::/28", "ORCHID, ended"),
    _yes("2001:20::/28", "ORCHIDv2"),
    _yes("2001:30::/28", "drones' remote identification"),
    _no("2001:db8::/32", "documentation"),
    _no("2002::/16", "6to4"),
    _yes("2620:4f:8000::/48", "direct delegation AS112"),
    _no("3fff::/20", "documentation"),
    _no("5f00::/16", "segment routing (SRv6) SIDs"),
    _no("fc00::/7", "unique local"),
    _no("fe80::/10", "link local"),
    _no("fec0::/10", "site local, ended"),
    _no("ff00::/8", "multicast"),
    # In no registry: an address that looks public and is a cloud's own on every of its machines.
    _no("168.63.129.16/32", "Azure's platform services"),
)
