"""The host a gateway listens on: as others write it, and why it cannot be had."""

import errno
import socket

# Where a gateway that listens on every address is reached from its own machine.
_ANY = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound


def from_here(host: str) -> str:
    """Where this machine's own programs reach it, as it stands before a port."""
    return bracketed(_ANY.get(host, host))


def bracketed(host: str) -> str:
    """An IPv6 address as it stands before a port."""
    return f"[{host}]" if ":" in host else host


def try_port(host: str, port: int) -> None:
    """Take a port at every address of a host, and leave it at once.

    gRPC's library says why it cannot have a port in a line of its own, and raises no reason.

    Args:
        host: As `--host` has it.
        port: 0 is always free.

    Raises:
        OSError: It cannot be had.
    """
    flags = socket.AI_PASSIVE
    for family, _, _, _, address in socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=flags
    ):
        with socket.socket(family, socket.SOCK_STREAM) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
            one.listen()


def port_words(door: str, host: str, port: int, fault: OSError, variable: str, flag: str) -> str:
    """Why a door cannot be opened, and what to do."""
    another_host = "choose another with --host or DCF_HOST"
    if fault.errno == errno.EADDRINUSE:
        return (
            f"{door} port {port} on {host} is in use: stop the program that has it, "
            f"or choose another with {flag} or {variable}"
        )
    if fault.errno in {errno.EACCES, errno.EPERM}:
        return (
            f"{door} port {port} on {host} needs rights that you do not have "
            f"({fault.strerror}): choose one above 1023 with {flag} or {variable}"
        )
    if isinstance(fault, socket.gaierror):
        return f"host {host} is not known ({fault.strerror}): {another_host}"
    if fault.errno == errno.EADDRNOTAVAIL:
        return f"host {host} is not an address of this machine: {another_host}"
    return (
        f"{door} cannot listen on {host}:{port} ({fault.strerror}): "
        f"choose another with --host, {flag} or {variable}"
    )
