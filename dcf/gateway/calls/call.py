"""A call on its way to a replica, its answer, and who may note both."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import aiohttp
from multidict import CIMultiDict


@dataclass(frozen=True)
class Call:
    """One call on its way to a replica.

    Attributes:
        method: HTTP method.
        path: What follows the function's name, still percent-encoded, with the query.
        headers: Sent as they are, beside Host.
        body: Whole, or a stream that has not been read from, or a file of it, or nothing.
    """

    method: str
    path: str
    headers: CIMultiDict[str]
    body: bytes | aiohttp.StreamReader | Path | None


@dataclass(frozen=True)
class QueuedCall(Call):
    """A call of the queue, taken before its turn came: its header `X-Start-Time` says when."""


@dataclass(frozen=True)
class Answer:
    """A function's answer, of which the head has come.

    Attributes:
        response: Its status, its headers, and its body yet to be read.
        revision: Number of the revision that answered.
    """

    response: aiohttp.ClientResponse
    revision: int


class Witness(Protocol):
    """Notes the calls of a function whose candidate is judged."""

    async def keep(self, call: Call, answer: Answer) -> Any:  # noqa: ANN401 - its own
        """What is kept of an answer; it comes back with `answered`."""

    def answered(self, call: Call, revision: int, status: int, seconds: float, kept: Any) -> None:  # noqa: ANN401
        """A call is over.

        Args:
            call: As it was sent.
            revision: Number of the one that answered, or was to.
            status: HTTP's, or the gateway's own where no answer came.
            seconds: How long it took.
            kept: What `keep` gave, or None where it was not asked.
        """
