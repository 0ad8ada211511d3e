"""The host a gateway listens on: as others write it, and why it cannot be had."""

import errno

# Where a gateway that listens on every address is reached from its own machine.
_ANY = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound


def from_here(host: str) -> str:
    """Where this machine's own programs reach it, as it stands before a port."""
    return bracketed(_ANY.get(host, host))


def bracketed(host: str) -> str:
    """An IPv6 address as it stands before a port."""
    return f"[{host}]" if ":" in host else host


def port_words(door: str, host: str, port: int, fault: OSError, variable: str, flag: str) -> str:
    """Why a door cannot be opened, and what to do."""
    if fault.errno == errno.EADDRINUSE:
        return (
            f"{door} port {port} on {host} is in use: stop the program that has it, "
            f"or choose another with {flag} or {variable}"
        )
    return (
        f"{door} cannot listen on {host}:{port} ({fault.strerror}): "
        f"choose another with --host, {flag} or {variable}"
    )
