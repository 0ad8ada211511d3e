"""What a revision is when it is asked for: a spec with its number, its time, and who asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...archive import Entry
from ..placement import FunctionSpec
from .settings import ClusterSettings


@dataclass(frozen=True)
class Stored:
    """An archive or attachment that is kept in the cluster.

    Attributes:
        digest: The sha256 of its tar.
        parts: Names of the ConfigMaps that hold the tar, in order.
        entry: How to start the code; None of an attachment.
        requires: Name of its list of packages to be installed; empty if it needs none.
    """

    digest: str
    parts: tuple[str, ...]
    entry: Entry | None = None
    requires: str = ""


@dataclass(frozen=True)
class Asked:
    """A revision that is asked for, with all that its pods are made of.

    Attributes:
        spec: The function.
        number: The revision's.
        at: When it was asked for; RFC 3339, UTC.
        by: Who asks; empty if nobody knows.
        stored: What it needs of what is kept, by digest.
        pull_secrets: Those of its secrets that are keys to an image registry.
        verdict: Why it was kept, of a candidate that was.
    """

    spec: FunctionSpec
    number: int
    at: str
    by: str = ""
    stored: Mapping[str, Stored] = field(default_factory=dict)
    pull_secrets: frozenset[str] = frozenset()
    verdict: str = ""


@dataclass(frozen=True)
class Ground:
    """What all functions of a gateway have in common.

    Attributes:
        namespace: Where functions are.
        settings: What the gateway was told.
        min_ready_seconds: How long a replica must stay ready to be counted.
    """

    namespace: str
    settings: ClusterSettings = field(default_factory=ClusterSettings)
    min_ready_seconds: float = 0.0
