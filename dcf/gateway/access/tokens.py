"""Named bearer tokens in one file: a name, a role and a hash each; the token itself is nowhere.

A token is 256 bits by chance, so that a plain SHA-256 keeps it: what makes guessing slow (salt,
rounds) is for words that people choose, and would cost every request.
"""

import contextlib
import fcntl
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from ...errors import AlreadyExists, CannotStart, InvalidRequest, NotFound

FILE = "tokens.json"
Role = Literal["call", "deploy", "all"]
CALL: Role = "call"
DEPLOY: Role = "deploy"
ALL: Role = "all"
PREFIX = "dcf_"
_BYTES = 32
_MOST = 1000
_NAME = re.compile(r"[a-z0-9]([-._a-z0-9]{0,62}[a-z0-9])?")


@dataclass(frozen=True)
class Token:
    """One row of the file.

    Attributes:
        name: Whose it is; told in logs and histories.
        role: `call` functions, `deploy` (everything of the gateway's own), or `all`.
        sha256: Of the token, in hexadecimal digits.
        created_at: RFC 3339, UTC.
    """

    name: str
    role: Role
    sha256: str
    created_at: str


class _Content(msgspec.Struct, forbid_unknown_fields=True):
    version: Literal[1] = 1
    tokens: list[Token] = []


class TokenFile:
    """The file; read again as soon as it has changed, so that a token is revoked at once."""

    def __init__(self, path: Path) -> None:
        """One at a path; it is read when it is first needed."""
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._tokens: Sequence[Token] = ()

    def tokens(self) -> Sequence[Token]:
        """Every token, in the order in which they were made.

        Raises:
            CannotStart: The file cannot be read, or is something else.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._seen, self._tokens = None, ()
            return ()
        except OSError as fault:
            raise CannotStart(f"{self.path} cannot be read ({fault.strerror})") from fault
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen != self._seen:
            self._tokens, self._seen = self._read(), seen
        return self._tokens

    def find(self, digest: str) -> Token | None:
        """Whose a token is, by its hash; it takes as long whether it is somebody's or not."""
        found = None
        for each in self.tokens():
            if hmac.compare_digest(each.sha256, digest):
                found = each
        return found

    def add(self, name: str, role: Role) -> str:
        """Make a token and give it, this once: only its hash is kept.

        Raises:
            InvalidRequest: No name for one, or too many tokens.
            AlreadyExists: The name is another token's.
        """
        if _NAME.fullmatch(name) is None:
            raise InvalidRequest(
                f"({name}) is no name for a token: small letters, digits, dots, dashes, "
                "underscores; at most 64"
            )
        token = PREFIX + secrets.token_urlsafe(_BYTES)
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        with self._changing() as tokens:
            if any(each.name == name for each in tokens):
                raise AlreadyExists(
                    f"there is a token named {name}: revoke it first "
                    f"(`dcf gateway token revoke {name}`), or take another name"
                )
            if len(tokens) >= _MOST:
                raise InvalidRequest(f"{self.path} has {_MOST} tokens already: revoke some")
            tokens.append(Token(name, role, hash_of(token), now))
        return token

    def revoke(self, name: str) -> None:
        """Forget a token; raises `NotFound`."""
        with self._changing() as tokens:
            kept = [each for each in tokens if each.name != name]
            if len(kept) == len(tokens):
                known = ", ".join(each.name for each in tokens[:10]) or "none"
                raise NotFound(f"no token is named {name} in {self.path}; there are: {known}")
            tokens[:] = kept

    @contextlib.contextmanager
    def _changing(self) -> Iterator[list[Token]]:
        """One change at a time, whole or not at all."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (self.path.parent / f".{self.path.name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._seen = None
                tokens = list(self.tokens())
                yield tokens
                self._write(tokens)
        except OSError as fault:
            raise CannotStart(f"{self.path} cannot be written ({fault.strerror})") from fault

    def _write(self, tokens: list[Token]) -> None:
        partial = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        body = msgspec.json.format(msgspec.json.encode(_Content(tokens=tokens)), indent=1) + b"\n"
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(body)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(self.path)

    def _read(self) -> Sequence[Token]:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=_Content).tokens
        except OSError as fault:
            raise CannotStart(f"{self.path} cannot be read ({fault.strerror})") from fault
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise CannotStart(
                f"{self.path} is no file of tokens ({fault}): write it with "
                "`dcf gateway token add`, or name another with --tokens"
            ) from fault


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
