"""What is refused when a function is deployed: whatever its pods would only fail by."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ...errors import InvalidRequest
from ...object_labels import LONGER_TEXT, is_key, is_label_value
from ..placement import FunctionSpec
from ..replica_times import check_settings
from . import names
from .archives import ClusterArchives
from .containers import OURS, probe_of
from .placing import placing_of
from .revisions import Stored
from .scalers import Scalers
from .secrets import ClusterSecrets

_SERVICE = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_RESERVED = (names.FUNCTION, names.TRACK, names.REVISION, names.KEPT)
_WRITTEN = (names.SPEC, names.DEPLOYED_AT, names.DEPLOYED_BY, names.VERDICT)
_SHOWN = 80


@dataclass(frozen=True)
class Material:
    """What a function is made of, of what is in the cluster.

    Attributes:
        stored: Archives and attachments, by digest.
        pull_secrets: Those of its secrets that are keys to an image registry.
    """

    stored: Mapping[str, Stored]
    pull_secrets: frozenset[str]


class Checks:
    """Looks for what functions need."""

    def __init__(
        self, archives: ClusterArchives, secrets: ClusterSecrets, scalers: Scalers
    ) -> None:
        self._archives, self._secrets, self._scalers = archives, secrets, scalers

    async def check(self, spec: FunctionSpec) -> Material:
        """What a function needs; raises `InvalidRequest` for what is missing or cannot be."""
        stored = await self._archives.wanted(spec)
        check_spec(spec)
        self._scalers.check(spec)
        return Material(stored, await self._secrets.wanted(spec.secrets))


def check_spec(spec: FunctionSpec) -> None:
    """Raise `InvalidRequest` for what no cluster takes."""
    if _SERVICE.fullmatch(spec.name) is None:
        raise InvalidRequest(
            f"({spec.name}) cannot be the name of a Service: it must begin with a letter"
        )
    for key, text in spec.labels.items():
        if not is_key(key) or key in _RESERVED:
            raise _no_key("label", key)
        if not is_label_value(text):
            raise InvalidRequest(f"label {key} is {text[:_SHOWN]!r}; {LONGER_TEXT}")
    for key in spec.annotations:
        if not is_key(key) or key in _WRITTEN:
            raise _no_key("annotation", key)
    check_settings(spec.env, OURS)
    placing_of(spec.constraints)
    probe_of(spec)


def _no_key(what: str, key: str) -> InvalidRequest:
    return InvalidRequest(
        f"{what} {key[:_SHOWN]!r} cannot be called so in a cluster: at most 63 letters, digits, "
        f"dots, dashes and underscores, perhaps after a domain and a slash, and none of "
        f"{', '.join(_RESERVED if what == 'label' else _WRITTEN)}"
    )
