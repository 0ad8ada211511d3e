"""What whoever comes may do: by the password, by a token, or because nothing is asked."""

import secrets
from dataclasses import dataclass, field

from ...errors import CannotStart, Forbidden, Unauthorized
from ..telemetry.events import TOKENS_UNREADABLE, tell
from ..telemetry.logins import Logins
from ..telemetry.refusals import refused
from .credentials import Credentials
from .sessions import Sessions
from .tokens import ALL, CALL, DEPLOY, Role, TokenFile, hash_of

REFUSED = "invalid credentials"
SESSION = "Session"
"""The scheme of an `Authorization` that a cookie becomes (`over_rest`)."""


@dataclass(frozen=True)
class Caller:
    """Somebody known.

    Attributes:
        name: The user, or the token's name.
        role: What they may do.
    """

    name: str
    role: Role

    def may(self, wanted: Role) -> bool:
        """Whether their role is enough."""
        return self.role in {ALL, wanted}


@dataclass(frozen=True)
class Access:
    """Whom a gateway is for.

    Attributes:
        credentials: The one user; None where there is no password.
        tokens: The file of tokens; None where none is looked at.
        auth_calls: Whether calls of functions need a password or token, too.
        own: What this process shows to itself.
        mesh: What functions show that call one another.
        logins: Who came in.
        sessions: Who logged in by the page.
    """

    credentials: Credentials | None = None
    tokens: TokenFile | None = None
    auth_calls: bool = False
    own: str = field(default_factory=secrets.token_urlsafe, repr=False, compare=False)
    mesh: str = field(default_factory=secrets.token_urlsafe, repr=False, compare=False)
    logins: Logins = field(default_factory=Logins, repr=False, compare=False)
    sessions: Sessions = field(default_factory=Sessions, repr=False, compare=False)

    def asks(self, wanted: Role) -> bool:
        """Whether it has to be known who does that."""
        locked = self.credentials is not None or self.tokens is not None
        return locked and (wanted != CALL or self.auth_calls)

    def admit(self, authorization: str, wanted: Role, door: str, peer: str = "") -> Caller:
        """Let somebody in.

        Args:
            authorization: The header, or what came of it.
            wanted: What they are about to do.
            door: `REST` or `GRPC` of `refusals`.
            peer: Their address, for the log.

        Raises:
            Unauthorized: Nobody known.
            Forbidden: Their role is another.
        """
        caller = self._known(authorization)
        if caller is not None and self._let_in(caller, wanted, door, peer):
            return caller
        fault = _refusal(caller, wanted)
        refused(door, fault.code, peer=peer)
        raise fault

    def knows(self, authorization: str, wanted: Role, door: str) -> bool:
        """Let somebody in whose address is not known yet, or tell nobody that they are refused."""
        caller = self._known(authorization)
        return caller is not None and self._let_in(caller, wanted, door, "")

    def login(self, authorization: str, door: str, peer: str) -> tuple[Caller, str]:
        """Begin a session for who shows a password or a token of their own; gives its id.

        Raises:
            Unauthorized: Nobody known.
        """
        scheme, _, given = authorization.partition(" ")
        caller = self._known(authorization) if scheme != SESSION else None
        if caller is None or not caller.name:  # what functions and this process show has no name
            refused(door, Unauthorized.code, peer=peer)
            raise Unauthorized(REFUSED)
        self.logins.accepted(door, peer, caller.name)
        return caller, self.sessions.begin(hash_of(given.strip()) if scheme == "Bearer" else "")

    def of_session(self, given: str) -> Caller | None:
        """Whose session it is, as long as what they logged in with is still good."""
        proof = self.sessions.find(given)
        if proof is None:
            return None
        if proof:
            return self._holder(proof)
        return Caller(self.credentials.user, ALL) if self.credentials else None

    def name_of(self, authorization: str) -> str:
        """Whose it is; empty for nobody known."""
        caller = self._known(authorization) if self.asks(DEPLOY) else None
        return caller.name if caller else ""

    def _let_in(self, caller: Caller, wanted: Role, door: str, peer: str) -> bool:
        if not caller.may(wanted):
            return False
        if caller.name:
            self.logins.accepted(door, peer, caller.name)
        return True

    def _known(self, authorization: str) -> Caller | None:
        if self.credentials is not None and self.credentials.admits(authorization):
            return Caller(self.credentials.user, ALL)
        scheme, _, given = authorization.partition(" ")
        if scheme == SESSION:
            return self.of_session(given)
        if scheme.lower() != "bearer":
            return None
        given = given.strip()
        for word, role in ((self.own, ALL), (self.mesh, CALL)):
            if secrets.compare_digest(word.encode(), given.encode(errors="replace")):
                return Caller("", role)
        return self._holder(hash_of(given))

    def _holder(self, digest: str) -> Caller | None:
        """Whose token has this hash."""
        if self.tokens is None:
            return None
        try:
            token = self.tokens.find(digest)
        except CannotStart as fault:  # it was readable at the start; the password still works
            tell(TOKENS_UNREADABLE, reason=fault.message)
            return None
        return Caller(token.name, token.role) if token else None


def _refusal(caller: Caller | None, wanted: Role) -> Unauthorized | Forbidden:
    if caller is None:
        return Unauthorized(REFUSED)
    needs = "call functions" if wanted == CALL else "use the gateway's own routes"
    return Forbidden(
        f"the token {caller.name} has the role {caller.role} and may not {needs}: "
        f"use one with the role {wanted} or {ALL}"
    )


OPEN = Access()
