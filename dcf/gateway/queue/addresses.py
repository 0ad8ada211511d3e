"""Which addresses a callback may go to: those of the open internet, and none of this network.

Whoever calls a function chooses where its answer is posted. Without this the gateway would be a way
into whatever its machine can reach: its own doors, a cloud's metadata, the office's printer.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Metadata services on addresses that look public; those on link-local ones are refused anyhow.
_METADATA = frozenset({ip_address("168.63.129.16")})
_NAT64 = ip_network("64:ff9b::/96")
_COMPATIBLE = ip_network("::/96")


def is_open(text: str) -> bool:
    """Tell whether an address, as text, is one of the open internet; a name is none."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _is_public(address)
    hidden = list(_hidden(address))
    return all(map(_is_public, hidden)) if hidden else _is_public(address)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and address not in _METADATA


def _hidden(address: IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """The IPv4 addresses that packets to an IPv6 address may end at."""
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in _NAT64 or address in _COMPATIBLE:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
    elif address.sixtofour is not None:
        yield from (address, address.sixtofour)
    elif address.teredo is not None:
        yield from (address, *address.teredo)
