"""The files that a browser is given, read once and packed once.

All of the page comes from here: its policy lets a browser fetch nothing from anywhere else, run no
script that stands in a text, and put the page into no frame.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).with_name("static")
INDEX = "index.html"
TYPES: Mapping[str, str] = MappingProxyType({
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
})  # fmt: skip
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; media-src 'self' blob:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = MappingProxyType({
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
})  # fmt: skip


@dataclass(frozen=True)
class Packed:
    """One way to send a file.

    Attributes:
        body: Its bytes.
        headers: What is said of them.
    """

    body: bytes
    headers: Mapping[str, str]

    @property
    def tag(self) -> str:
        """What a browser may ask with whether it is still the same."""
        return self.headers["ETag"]


class StaticFiles:
    """What lies in a folder, by path below it."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Reads all of it: what is no kind of file of a page is left out."""
        self._plain: dict[str, Packed] = {}
        self._gzip: dict[str, Packed] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix in TYPES and path.is_file():
                self._read(path.relative_to(folder).as_posix(), path.read_bytes(), path.suffix)

    def _read(self, name: str, body: bytes, suffix: str) -> None:
        self._plain[name] = _packed(body, suffix)
        smaller = gzip.compress(body, 9, mtime=0)
        if len(smaller) < len(body):
            self._gzip[name] = _packed(smaller, suffix, "gzip")

    def names(self) -> frozenset[str]:
        """Paths of all that is here."""
        return frozenset(self._plain)

    def find(self, name: str, takes: str) -> Packed | None:
        """A file in the shortest way that the browser takes; None where there is none.

        Args:
            name: Its path; empty for the first page.
            takes: The header Accept-Encoding.
        """
        name = name or INDEX
        return (self._gzip.get(name) if _takes_gzip(takes) else None) or self._plain.get(name)


def _packed(body: bytes, suffix: str, encoding: str = "") -> Packed:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    # Asked for again with every use, so that a newer gateway's page is never half the old one.
    told = {"Content-Type": TYPES[suffix], "ETag": tag, "Cache-Control": "no-cache"}
    if encoding:
        told["Content-Encoding"] = encoding
    return Packed(body, {**HEADERS, **told, "Vary": "Accept-Encoding"})


def _takes_gzip(header: str) -> bool:
    for each in header.lower().split(","):
        coding, _, weight = each.replace(" ", "").partition(";")
        if coding == "gzip":
            return weight not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
