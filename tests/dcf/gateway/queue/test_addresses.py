"""Which addresses are of the open internet."""

import pytest

from dcf.gateway.queue.addresses import is_open

OPEN = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
CLOSED = [
    "127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::", "10.1.2.3", "172.16.0.1", "192.168.1.1",
    "169.254.169.254", "168.63.129.16", "100.100.100.200", "100.64.0.1", "192.0.2.1", "224.0.0.1",
    "239.255.255.255", "255.255.255.255", "240.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::",
    "2001:0:a00:1::1", "2001:db8::1",
    "", "localhost", "example.org", "2130706433", "0x7f.1", "127.1",
]  # fmt: skip


@pytest.mark.parametrize("text", OPEN)
def test_addresses_of_the_open_internet(text):
    assert is_open(text)


@pytest.mark.parametrize("text", CLOSED)
def test_addresses_of_this_network_and_what_is_none(text):
    assert not is_open(text)
