"""Why nobody can answer a call, and when to ask again."""

from ...errors import NotReady
from ...providers.placement import FAILED, FunctionState

_UNTIL_SOMEBODY_ACTS = 10  # seconds; nothing becomes ready before


def not_ready(state: FunctionState) -> NotReady:
    """Of a function without a ready replica."""
    name = state.spec.name
    words = f"No endpoints available for: {name}."
    if state.replicas == 0:
        why = f"It is scaled to 0 replicas: start one with `dcf function scale {name} 1`."
        return NotReady(f"{words} {why}", _UNTIL_SOMEBODY_ACTS)
    last = f" Its last replica: {state.last_exit.cause}." if state.last_exit else ""
    if is_hopeless(state):
        why = f"It could not be started: `dcf function history {name}` has the reason."
        return NotReady(f"{words} {why}{last}", _UNTIL_SOMEBODY_ACTS)
    return NotReady(f"{words} Of {state.replicas} wanted replicas none is ready yet.{last}")


def is_hopeless(state: FunctionState) -> bool:
    """Whether nothing of it ever served, and its only revision has failed."""
    return state.rollout == FAILED and not state.revision
