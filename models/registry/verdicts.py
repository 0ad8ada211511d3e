"""What the gate said of models, by the digest of their bundles: written once, never changed."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from .errors import RegistryError
from .stores.port import Store

_DIGEST = re.compile(r"[0-9a-f]{64}")
_DIGITS = re.compile(r"\D")
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict, as far as a deployment goes by it.

    Attributes:
        digest: Of the bundle that it is about.
        passed: Whether that bundle may serve.
        made: When, RFC 3339.
        candidate: Name of the model.
        serving: What it was held against; empty for floors.
        failed: The rules that do not hold.
        sha256: Of the whole verdict.
    """

    digest: str
    passed: bool
    made: str
    candidate: str
    serving: str
    failed: tuple[str, ...]
    sha256: str

    @property
    def line(self) -> str:
        """It in a line, for people."""
        against = f"against {self.serving}" if self.serving else "against floors"
        said = "passed" if self.passed else f"refused for {', '.join(self.failed)}"
        return f"{said} {against}, {self.made}, sha256:{self.sha256[:12]}"


class Verdicts:
    """The verdicts of a registry.

    Args:
        store: Where it lies.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, content: bytes) -> Verdict:
        """Keeps a verdict; the same one again is no work.

        Raises:
            RegistryError: It is none, or the registry cannot be written.
        """
        verdict = parse_verdict(content, "the verdict")
        when = _DIGITS.sub("", verdict.made)[:14]  # names in the order of time
        self._store.create(f"verdicts/{verdict.digest}/{when}-{verdict.sha256[:12]}.json", content)
        return verdict

    def newest(self, digest: str) -> Verdict | None:
        """The last verdict on a bundle; None where there is none.

        Args:
            digest: The bundle's.

        Raises:
            RegistryError: It cannot be read, or is about another bundle.
        """
        names = [entry.name for entry in self._store.entries(f"verdicts/{digest}")]
        content = self._store.read(max(names)) if names else None
        if content is None:
            return None
        verdict = parse_verdict(content, max(names))
        if verdict.digest != digest:
            raise RegistryError(f"{max(names)} is about another bundle: it was changed, remove it")
        return verdict


def parse_verdict(content: bytes, where: str) -> Verdict:
    """Reads what ``ssd gate`` wrote.

    Args:
        content: The file.
        where: Its name, for messages.

    Raises:
        RegistryError: It is no verdict.
    """
    try:
        document = json.loads(content)
        checks = [(_text(each["rule"]), each["passed"] is True) for each in document["checks"]]
        digest = _text(document["figures"]["candidate"]["digest"])
        passed = document["passed"] is True and all(held for _, held in checks)
        if not checks or _DIGEST.fullmatch(digest) is None:
            raise ValueError("no checks, or no digest")
        return Verdict(
            digest=digest,
            passed=passed,
            made=_text(document.get("made") or ""),
            candidate=_text(document["candidate"]),
            serving=_text(document.get("serving") or ""),
            failed=tuple(rule for rule, held in checks if not held),
            sha256=hashlib.sha256(content).hexdigest(),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise RegistryError(f"{where} is no verdict of `ssd gate --out`: {error}") from error


def _text(value: Any) -> str:  # noqa: ANN401 - what JSON can hold
    if not isinstance(value, str) or not value.isprintable():
        raise TypeError(f"{value!r:.40} is no text")
    return value[:_SHOWN]
