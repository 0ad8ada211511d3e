"""Who logged in by the page: a random id in a cookie, and here its hash until it ends.

What was shown at the login is looked at again with every use (`Access`), so that a token that was
revoked ends its sessions. A session is as good as the password for as long as it lasts, so the id
is 256 bits by chance, and no function ever sees it (`calls/forwarding.py`).
"""

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

SECONDS = 12 * 3600
_MOST = 1000
_BYTES = 32


@dataclass(frozen=True)
class _Session:
    proof: str
    ends: float


class Sessions:
    """All that last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nobody has logged in; `clock` gives seconds."""
        self._clock = clock
        self._kept: OrderedDict[str, _Session] = OrderedDict()

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._kept)

    def begin(self, proof: str) -> str:
        """Begin one and give its id, this once; beyond a thousand the oldest ends.

        Args:
            proof: What it was begun with: a token's hash, or nothing for the password.
        """
        now = self._clock()
        while self._kept and (
            len(self._kept) >= _MOST or next(iter(self._kept.values())).ends <= now
        ):
            self._kept.popitem(last=False)
        given = secrets.token_urlsafe(_BYTES)
        self._kept[_hash(given)] = _Session(proof, now + SECONDS)
        return given

    def find(self, given: str) -> str | None:
        """What a session was begun with; None for none that lasts."""
        found = self._kept.get(_hash(given))
        return found.proof if found and self._clock() < found.ends else None

    def end(self, given: str) -> None:
        """End one, if it is one."""
        self._kept.pop(_hash(given), None)


def _hash(given: str) -> str:
    return hashlib.sha256(given.encode(errors="replace")).hexdigest()
