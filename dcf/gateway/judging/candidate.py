"""One candidate while it is judged: what is noted of each call, and which calls are copied."""

import asyncio
from collections.abc import Callable

from ...providers.notices import CandidateReady
from ...providers.routing import Target
from ...providers.terms import CANARY
from ..calls.call import Answer, Call
from ..calls.reaching import WHOLE_BODY
from .comparison import Kept
from .copier import AGREED, DIFFERED, DROPPED, FAILED, Copied, Copier
from .judge import Judge
from .replicas import LONGEST, Replicas

_FULL = 429
_UNCOPIED = frozenset({"HEAD", "OPTIONS"})


class Candidate:
    """Of one function.

    Attributes:
        function: Its name.
        number: The revision's.
        terms: On which it is judged.
        judge: Decides.
        due: Set when there is something new to decide by.
    """

    def __init__(
        self, told: CandidateReady, replicas: Replicas, count: Callable[[str], None]
    ) -> None:
        """Nothing was answered yet.

        Args:
            told: What it is.
            replicas: The function's.
            count: Takes what became of each copy.
        """
        self.function, self.number, self.terms = told.function, told.revision, told.terms
        self._replicas, self._count = replicas, count
        self.judge = Judge(self.terms, asyncio.get_running_loop().time)
        self.due = asyncio.Event()
        self._copier = Copier(replicas.send, self._copied)
        self._credit = 0.0

    @property
    def line(self) -> str:
        """How it is doing, for people."""
        how = f"{self.terms.mode} with {self.terms.share:.3g} of the calls"
        return f"{how}: {self.judge.figures}"

    async def keep(self, call: Call, answer: Answer) -> Kept | None:
        """Keep an answer whose call is to be copied; None for any other.

        It is read here, and whoever passes it on gets what was read.
        """
        if not self._is_to_be_copied(call, answer):
            return None
        response = answer.response
        return Kept(response.status, await response.read())

    def _is_to_be_copied(self, call: Call, answer: Answer) -> bool:
        size = answer.response.content_length
        is_whole = call.body is None or (
            isinstance(call.body, bytes) and len(call.body) <= WHOLE_BODY
        )
        if _is_busy_or_broken(answer.response.status):
            return False
        if not is_whole or size is None or size > LONGEST or call.method in _UNCOPIED:
            return False
        if not self.terms.copies:
            return False
        if self.terms.mode == CANARY:
            return answer.revision == self.number
        self._credit += self.terms.share
        if self._credit < 1:
            return False
        self._credit -= 1
        return True

    def answered(
        self, call: Call, revision: int, status: int, seconds: float, kept: Kept | None
    ) -> None:
        """A caller's call is over."""
        self.judge.answered(by_candidate=revision == self.number, status=status, seconds=seconds)
        if kept is not None:
            self._copier.copy(call, kept, self._other)
        self._look()

    def died(self, revision: int) -> None:
        """A replica ended by itself."""
        self.judge.died(is_candidate=revision == self.number)
        self._look()

    async def close(self) -> None:
        """It is judged no more."""
        await self._copier.close()

    def _other(self) -> Target | None:
        """Where a copy goes."""
        if self.terms.mode == CANARY:
            return self._replicas.but(self.number)
        return self._replicas.shadow()

    def _copied(self, copied: Copied | None) -> None:
        if copied is None or copied.status == _FULL:
            self._count(DROPPED)
            return
        if self.terms.mode != CANARY:
            self.judge.answered(by_candidate=True, status=copied.status, seconds=copied.seconds)
        # A canary's copies go to the serving revision: its own failure says nothing of the canary.
        if _is_busy_or_broken(copied.status) and self.terms.mode == CANARY:
            self._count(FAILED)
        else:
            self._count(AGREED if copied.agrees else DIFFERED)
            self.judge.compared(agrees=copied.agrees)
        self._look()

    def _look(self) -> None:
        if self.judge.is_due:
            self.due.set()


def _is_busy_or_broken(status: int) -> bool:
    """Whether an answer says nothing of what the function would have answered."""
    return status >= 500 or status == _FULL
