"""Tells of calls that failed by the gateway or before it, not by their function."""

from ...errors import DcfError, SlowRequest
from ..telemetry.events import CALL_FAILED, tell
from ..telemetry.refusals import refused
from .forwarding import MAX_CALL_ID

# What a caller may have made up is no name of a function.
_UNKNOWN = frozenset({"bad_request", "not_found"})
_FAILED = frozenset({"not_ready", "upstream_failed", "replica_crashed", "timeout", "internal"})


def tell_failure(door: str, fault: DcfError, name: str, call_id: str) -> None:
    """Log it by its code and id.

    Args:
        door: By which it came.
        fault: Why it failed.
        name: The function's, as the caller gave it.
        call_id: The caller's, or made for it.
    """
    function = "" if fault.code in _UNKNOWN else name
    call_id = call_id if len(call_id) <= MAX_CALL_ID else ""
    if _is_late(fault):
        refused(door, SlowRequest.code, function=function, call_id=call_id)
    elif fault.code in _FAILED or fault.code.startswith("storage_"):
        tell(CALL_FAILED, door=door, code=fault.code, function=function, call_id=call_id)
    else:
        refused(door, fault.code, function=function, call_id=call_id)


def _is_late(fault: BaseException | None) -> bool:
    """Whether it is the caller whose body stopped coming; the call to the replica breaks off."""
    while fault is not None and not isinstance(fault, SlowRequest):
        fault = fault.__cause__ or fault.__context__
    return fault is not None
