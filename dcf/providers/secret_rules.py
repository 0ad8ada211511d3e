"""What is refused of secrets, in the same words by every provider; never with a value."""

from collections.abc import Iterable

from ..errors import AlreadyExists, InvalidRequest, NotFound
from .placement import REGISTRY_SECRET

MAX_BYTES = 1 << 20


def check_size(name: str, value: bytes, most: int = MAX_BYTES) -> None:
    """Raise `InvalidRequest` for a value that is too long."""
    if len(value) > most:
        raise InvalidRequest(f"secret {name} has {len(value)} bytes; at most {most} fit")


def check_there(name: str, is_here: bool, replace: bool) -> None:
    """Raise `NotFound` or `AlreadyExists` unless a secret is here just as it is to be replaced."""
    if is_here and not replace:
        raise AlreadyExists(f"secret {name} already exists: update it instead")
    if replace and not is_here:
        raise missing(name)


def missing(name: str) -> NotFound:
    """What is said of a secret that is not here."""
    return NotFound(f"no such secret: {name}")


def check_unwanted(name: str, function: str) -> None:
    """Raise `InvalidRequest` if a function wants it; the name may be empty."""
    if function:
        raise InvalidRequest(
            f"secret {name} is wanted by function {function}: deploy it without, or delete it, "
            "first"
        )


def check_wanted(wanted: Iterable[str], here: Iterable[str]) -> None:
    """Raise `InvalidRequest` with the name of a wanted secret that is not here."""
    for name in wanted:
        if name != REGISTRY_SECRET and name not in here:
            raise InvalidRequest(
                f"secret {name} is not here: create it first (`dcf secret create {name}`)"
            )
