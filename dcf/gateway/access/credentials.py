"""The gateway's one user and password, kept in two plain files as OpenFaaS does."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import CannotStart
from ..rest.origin import is_loopback

USER_FILE, PASSWORD_FILE = "basic-auth-user", "basic-auth-password"


@dataclass(frozen=True)
class Credentials:
    """The one user who may; neither part is ever shown.

    Attributes:
        user: Name.
        password: Password.
    """

    user: str = field(repr=False)
    password: str = field(repr=False)

    @property
    def authorization(self) -> str:
        """The header that is theirs."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    def admits(self, authorization: str) -> bool:
        """Tell whether an `Authorization` header is theirs, in the same time whatever it says."""
        scheme, _, encoded = authorization.partition(" ")
        try:
            given = base64.b64decode(encoded.strip(), validate=True)
        except ValueError:
            given = b""
        user, _, password = given.partition(b":")
        same_user = hmac.compare_digest(_digest(user), _digest(self.user.encode()))
        same_password = hmac.compare_digest(_digest(password), _digest(self.password.encode()))
        return scheme.lower() == "basic" and same_user & same_password


def credentials_for(host: str, wanted: bool | None, folder: Path) -> Credentials | None:
    """Whom a gateway on this address is for.

    Args:
        host: The address it listens on.
        wanted: Whether to ask for a password; None leaves it open on loopback alone.
        folder: Of the two files.

    Raises:
        CannotStart: Nobody said whether a gateway that others reach asks for a password, or a
            file is missing.
    """
    if wanted is None and not is_loopback(host):
        raise CannotStart(
            f"{host} can be reached by others, and who may deploy runs code here: "
            "add --basic-auth (or basic_auth=true) or --tokens FILE, or --no-basic-auth to let "
            "everybody in"
        )
    return read_credentials(folder) if wanted else None


def read_credentials(folder: Path) -> Credentials:
    """The user and password in a folder's two files; raises `CannotStart` that names the file."""
    user, password = _line(folder / USER_FILE), _line(folder / PASSWORD_FILE)
    return Credentials(user, password)


def _digest(part: bytes) -> bytes:
    """Of one length, so that comparing tells nothing of the length either."""
    return hashlib.sha256(part).digest()


def _line(path: Path) -> str:
    try:
        line = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise CannotStart(
            f"basic auth needs {path} ({_why(fault)}): write it, "
            "or name another folder with --secret-mount-path or secret_mount_path"
        ) from fault
    if not line:
        raise CannotStart(f"basic auth needs {path}: it is empty; write one line into it")
    return line


def _why(fault: Exception) -> str:
    return fault.strerror or "unreadable" if isinstance(fault, OSError) else "not UTF-8"
