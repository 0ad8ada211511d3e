"""Which of a function's revisions to go back to."""

from collections.abc import Sequence

from .errors import DeliveryError
from .function import PROGRESSING, READY, Revision

_SHORTEST = 6


def target_of(rows: Sequence[Revision], model: str = "") -> Revision:
    """The revision to go back to.

    Args:
        rows: The history, newest first.
        model: Id of a model, or how its digest begins; without it the model that served before the
            one that serves, or, while another one is on its way, the one that serves.

    Returns:
        The newest revision with that model which became ready.

    Raises:
        DeliveryError: There is none.
    """
    serving = next((row for row in rows if row.serving), None)
    if serving is None:
        raise DeliveryError("nothing serves yet, so there is nothing to go back from")
    ready = [row for row in rows if row.rollout == READY]
    if model:
        found = next((row for row in ready if _is(row, model)), None)
        if found is None:
            known = ", ".join(dict.fromkeys(row.notes.model for row in ready if row.notes.model))
            raise DeliveryError(
                f"no revision that served had model {model!r}; there are: {known or 'none named'}"
            )
        return serving if _is(serving, model) else found
    if rows[0].rollout == PROGRESSING:
        return serving
    for row in ready:
        if row.number < serving.number and row.notes.digest != serving.notes.digest:
            return row
    raise DeliveryError(
        "no revision before this one served another model: there is nothing to go back to"
    )


def _is(row: Revision, model: str) -> bool:
    digest = len(model) >= _SHORTEST and row.notes.digest.startswith(model)
    return digest or row.notes.model == model
