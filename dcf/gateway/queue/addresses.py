"""Which addresses a callback may go to: those of the open internet, and none of this network.

Whoever calls a function chooses where its answer is posted. Without this the gateway would be a way
into whatever its machine can reach: its own doors, a cloud's metadata, the office's printer.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from .address_blocks import BLOCKS

_NAT64 = ip_network("64:ff9b::/96")
_ISATAP = frozenset(
    {0x0000_5EFE, 0x0200_5EFE}
)  # of an interface identifier, before its IPv4 address
_SMALLEST_FIRST = sorted(BLOCKS, key=lambda block: block.network.prefixlen, reverse=True)


def is_open(text: str) -> bool:
    """Tell whether an address, as text, is globally reachable unicast; a name is none.

    One with a zone (`%eth0`) never is, and whatever carries an IPv4 address is as open as that one.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _is_reachable(address)
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None:
        return _is_reachable(address.ipv4_mapped)
    return _is_reachable(address) and all(map(_is_reachable, _carried(address)))


def _is_reachable(address: IPv4Address | IPv6Address) -> bool:
    return next(block.reachable for block in _SMALLEST_FIRST if address in block.network)


def _carried(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 address that packets end at; forms whose whole block is refused need no look."""
    number = int(address)
    if address in _NAT64 or (number >> 32) & 0xFFFF_FFFF in _ISATAP:
        yield IPv4Address(number & 0xFFFF_FFFF)
