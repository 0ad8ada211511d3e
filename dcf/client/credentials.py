"""What `dcf login` keeps: one line of authorization a gateway, in a file only its owner reads."""

import json
import os
from collections.abc import Mapping
from typing import Any

from ..errors import CannotStart, ConfigError

_KEY = "gateways"


def place(environ: Mapping[str, str] = os.environ) -> str:
    """The file: below XDG_CONFIG_HOME, or ~/.config."""
    base = environ.get("XDG_CONFIG_HOME") or os.path.join(  # noqa: PTH118 - pathlib takes 5 ms
        environ.get("HOME") or os.path.expanduser("~"),  # noqa: PTH111 - likewise
        ".config",
    )
    return os.path.join(base, "dcf", "credentials.json")  # noqa: PTH118 - likewise


def authorization_for(address: str) -> str:
    """The header's value for a gateway, or nothing."""
    return str(_read().get(address.rstrip("/"), ""))


def keep(address: str, authorization: str) -> None:
    """Remember a gateway's authorization; raises `CannotStart` when the file cannot be written."""
    _write({**_read(), address.rstrip("/"): authorization})


def forget(address: str) -> bool:
    """Forget a gateway's authorization; tells whether there was one."""
    known = _read()
    found = known.pop(address.rstrip("/"), None) is not None
    if found:
        _write(known)
    return found


def _read() -> dict[str, Any]:
    path = place()
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes 5 ms of every command
            known = json.load(file)[_KEY]
        return dict(known)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise ConfigError(
            f"{path} cannot be used ({type(fault).__name__}): remove it and log in again"
        ) from fault


def _write(known: dict[str, Any]) -> None:
    path = place()
    partial = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120 - likewise
        # 0600 from the first byte on: it holds passwords.
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({_KEY: known}, file, indent=2)
        os.replace(partial, path)  # noqa: PTH105 - likewise
    except OSError as fault:
        raise CannotStart(
            f"{path} cannot be written ({fault.strerror}): set XDG_CONFIG_HOME to a folder of yours"
        ) from fault
