"""Which gateway, and what `dcf login` keeps for it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from .errors import DeliveryError

DEFAULT_ADDRESS = "http://127.0.0.1:8080"
ADDRESS_VARIABLES = ("DCF_GATEWAY", "OPENFX_URL", "OPENFAAS_URL")


def choose_address(flag: str, environ: Mapping[str, str] = os.environ) -> str:
    """The gateway's address: the flag, else the environment, else this machine's.

    Args:
        flag: What a person wrote, or nothing.
        environ: Of ``ADDRESS_VARIABLES`` the first that is set counts.

    Raises:
        DeliveryError: It is no address of a gateway's REST.
    """
    named = next((environ[name] for name in ADDRESS_VARIABLES if environ.get(name)), "")
    address = (flag or named or DEFAULT_ADDRESS).rstrip("/")
    try:
        parts = urlsplit(address)
        if parts.username is not None or parts.password is not None:
            raise DeliveryError(
                "a gateway's address has no name or password in it, where lines and logs would "
                "show them: http(s)://host:port, and `dcf login` keeps the login"
            )
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise DeliveryError(
            f"gateway {address} is no address of one: http(s)://host:port is, as "
            "`dcf gateway start` prints it"
        )
    return address


def authorization_for(address: str, environ: Mapping[str, str] = os.environ) -> str:
    """The Authorization header that ``dcf login`` keeps for a gateway, or nothing.

    Args:
        address: The gateway's, without a slash at its end.
        environ: Says where the file is.

    Raises:
        DeliveryError: The file cannot be used.
    """
    base = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME") or Path.home(), ".config")
    path = Path(base, "dcf", "credentials.json")
    try:
        known = json.loads(path.read_bytes())["gateways"]
        return str(known.get(address, ""))
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise DeliveryError(
            f"{path} cannot be used ({type(error).__name__}): remove it and `dcf login` again"
        ) from error
