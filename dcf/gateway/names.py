"""Names that callers give: of functions, with or without their namespace, and of secrets."""

import re

from ..errors import InvalidRequest
from ..function_name import is_function_name

NAMESPACE = "openfaas-fn"
_SECRET = re.compile(r"[a-zA-Z0-9]([-._a-zA-Z0-9]{0,251}[a-zA-Z0-9])?")


def bare_name(name: str) -> str:
    """A name without its namespace (`ssd.openfaas-fn`), unchecked."""
    return name.removesuffix("." + NAMESPACE)


def plain_name(name: str) -> str:
    """A checked name without its namespace; raises `InvalidRequest`."""
    plain = bare_name(name)
    if not is_function_name(plain):
        raise InvalidRequest(f"({name}) must be a valid DNS entry for service name")
    return plain


def secret_name(name: str) -> str:
    """A checked name of a secret; raises `InvalidRequest`."""
    if _SECRET.fullmatch(name) is None:
        raise InvalidRequest(
            f"({name}) is no name of a secret: letters, digits, dots, dashes, at most 253"
        )
    return name
