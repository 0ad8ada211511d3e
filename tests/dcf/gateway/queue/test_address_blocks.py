"""The table of blocks: every row of the registries, at its edges and beside them."""

import ipaddress
from ipaddress import ip_network

import pytest

from dcf.gateway.queue.address_blocks import BLOCKS, UPDATED
from dcf.gateway.queue.addresses import is_open

# "Globally Reachable" of IANA's two special-purpose registries as of UPDATED; n: N/A, or no word.
IPV4 = """
0.0.0.0/8 F, 0.0.0.0/32 F, 10.0.0.0/8 F, 100.64.0.0/10 F, 127.0.0.0/8 F, 169.254.0.0/16 F,
172.16.0.0/12 F, 192.0.0.0/24 F, 192.0.0.0/29 F, 192.0.0.8/32 F, 192.0.0.9/32 T, 192.0.0.10/32
T, 192.0.0.170/32 F, 192.0.0.171/32 F, 192.0.2.0/24 F, 192.31.196.0/24 T, 192.52.193.0/24 T,
192.88.99.0/24 n, 192.88.99.2/32 F, 192.168.0.0/16 F, 192.175.48.0/24 T, 198.18.0.0/15 F,
198.51.100.0/24 F, 203.0.113.0/24 F, 240.0.0.0/4 F, 255.255.255.255/32 F
"""
IPV6 = """
::1/128 F, ::/128 F, ::ffff:0:0/96 F, 64:ff9b::/96 T, 64:ff9b:1::/48 F, 100::/64 F,
100:0:0:1::/64 F, 2001::/23 F, 2001::/32 n, 2001:1::1/128 T, 2001:1::2/128 T, 2001:1::3/128 T,
2001:2::/48 F, 2001:3::/32 T, 2001:4:112::/48 T, 2001:10::/28 n, 2001:20::/28 T, 2001:30::/28 T,
2001:db8::/32 F, 2002::/16 n, 2620:4f:8000::/48 T, 3fff::/20 F, 5f00::/16 F, fc00::/7 F,
fe80::/10 F
"""
# What is no unicast, was taken back, or is not given out; and a cloud's own address.
BESIDES = """
0.0.0.0/0 T, 224.0.0.0/4 F, 168.63.129.16/32 F, ::/0 F, 2000::/3 T, ::/96 F, ::ffff:0:0:0/96 F,
fec0::/10 F, ff00::/8 F
"""
ROWS = {
    ip_network(network): reachable == "T"
    for table in (IPV4, IPV6, BESIDES)
    for network, reachable in (row.split() for row in table.replace("\n", " ").split(", "))
}
MAPPED, NAT64 = ip_network("::ffff:0:0/96"), ip_network("64:ff9b::/96")


def expected(address):
    """By the rows above: the narrowest that holds the address, and the IPv4 address within it."""
    if address.version == 6 and (address in MAPPED or address in NAT64):
        return expected(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    holding = [row for row in ROWS if row.version == address.version and address in row]
    return ROWS[min(holding, key=lambda row: row.num_addresses)]


def edges(network):
    """First and last address, and the neighbours on both sides where there are any."""
    kind = type(network.network_address)
    first, last = int(network.network_address), int(network.broadcast_address)
    most = 2 ** (32 if network.version == 4 else 128) - 1
    return [kind(each) for each in (first - 1, first, last, last + 1) if 0 <= each <= most]


EDGES = sorted(
    {edge for network in ROWS for edge in edges(network)}, key=lambda each: (each.version, each)
)


def test_the_table_has_every_row_and_no_other():
    assert {block.network: block.reachable for block in BLOCKS} == ROWS
    assert len(BLOCKS) == len(ROWS)
    assert UPDATED == "2025-10-09"
    assert all(block.name for block in BLOCKS)


@pytest.mark.parametrize("network", sorted(ROWS, key=str), ids=str)
def test_the_edges_of_each_block_and_its_neighbours(network):
    for address in edges(network):
        assert is_open(str(address)) == expected(address), address


# Written by hand, so that a slip in `expected` is seen.
OPEN = [
    "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
    "191.255.255.255", "192.0.0.9", "192.0.0.10", "192.0.1.0", "192.0.3.0", "192.88.98.255",
    "192.88.100.0", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
    "168.63.129.15", "168.63.129.17", "2000::", "2001:200::", "2001:1::1", "2001:1::3",
    "2001:20::", "2001:3f:ffff::", "2001:db7:ffff::", "2001:db9::", "2001:ffff::", "2003::",
    "3ffe:ffff::", "3fff:1000::",
]  # fmt: skip
CLOSED = [
    "192.0.0.0", "192.0.0.8", "192.0.0.11", "192.0.0.255", "192.88.99.2",
    "223.255.255.255%eth0", "1fff:ffff::", "4000::", "2001:1::", "2001:1::4", "2001:40::",
    "2001:1ff:ffff::", "2002:808:808::1", "2001:0:808:808::f7f7:f7f7", "::8.8.8.8",
    "::ffff:0:8.8.8.8", "64:ff9b:1::808:808", "64:ff9b:2::808:808", "5eff::", "5f01::",
    "fbff::", "fe00::1", "fe7f::1", "fec0::1", "feff::1", "2606:4700::1%eth0", "2606:4700::1%1",
    "::ffff:8.8.8.8%lo", "fe80::1%eth0", "64:ff9b::192.168.0.1", "::ffff:192.0.0.8",
    "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:127.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("text", OPEN)
def test_open_neighbours(text):
    assert is_open(text)


@pytest.mark.parametrize("text", CLOSED)
def test_closed_neighbours(text):
    assert not is_open(text)


@pytest.mark.parametrize("carrier", ["::ffff:{}", "64:ff9b::{}", "2606:4700::5efe:{}"])
@pytest.mark.parametrize("address", [each for each in EDGES if each.version == 4], ids=str)
def test_an_address_that_carries_another_is_as_open_as_that_one(carrier, address):
    assert is_open(carrier.format(address)) == is_open(str(address))


# Where releases of Python differ among themselves, or call global what nobody was given.
PYTHON_DIFFERS = [
    ip_network(each)
    for each in (
        "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "168.63.129.16/32", "2001::/23",
        "2002::/16", "3fff::/20", "::/3", "4000::/2", "8000::/1",
    )
]  # fmt: skip
AGREED = [edge for edge in EDGES if not any(edge in network for network in PYTHON_DIFFERS)]


@pytest.mark.parametrize("address", AGREED, ids=str)
def test_python_agrees_wherever_its_releases_do(address):
    assert is_open(str(address)) == address.is_global
