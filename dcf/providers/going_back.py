"""Which spec a function goes back to, among the revisions that are kept of it."""

from collections.abc import Sequence

from ..errors import InvalidRequest, NotFound
from .placement import READY, FunctionSpec, RevisionInfo
from .terms import at_once


def spec_of_revision(name: str, revisions: Sequence[RevisionInfo], number: int) -> FunctionSpec:
    """What a kept revision asks for; raises `NotFound`."""
    for each in revisions:
        if each.number == number:
            return each.spec
    raise NotFound(
        f"function {name} has no revision {number}: "
        f"`dcf function history {name}` shows those that are kept"
    )


def earlier_spec(name: str, revisions: Sequence[RevisionInfo]) -> FunctionSpec:
    """Of the newest before the serving one that became ready and was something else.

    Args:
        name: The function's.
        revisions: Newest first; one of them serves, or none yet.

    Raises:
        InvalidRequest: There is nothing to go back to.
    """
    serving = next((each for each in revisions if each.serving), None)
    for each in revisions:
        if (
            serving is not None
            and each.number < serving.number
            and each.rollout == READY
            and at_once(each.spec) != at_once(serving.spec)
        ):
            return each.spec
    raise InvalidRequest(f"function {name} has no earlier revision to go back to")
