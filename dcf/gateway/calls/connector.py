"""Connections to replicas: how long one may take to open, and when a silent machine is given up."""

import socket

import aiohttp
from aiohttp.connector import AddrInfoType

# A first packet that was lost is sent again after 1 and 3 seconds.
CONNECT_SECONDS = 3.5
_IDLE_SECONDS = 5.0
# A machine that is gone without a word is noticed after some ten seconds, whether it has a call or
# is just sent one. One that is only slow answers these probes by its kernel.
_OPTIONS = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 5),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 10_000),
)


def connector() -> aiohttp.TCPConnector:
    """One that keeps connections for some seconds; as many as there are calls."""
    return aiohttp.TCPConnector(
        limit=0, keepalive_timeout=_IDLE_SECONDS, force_close=False, socket_factory=_socket
    )


def _socket(address: AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = address
    made = socket.socket(family, kind, protocol)
    for option in _OPTIONS:
        made.setsockopt(*option)
    return made
