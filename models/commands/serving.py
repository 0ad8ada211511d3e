"""What a person sees while a revision takes over, and what is noted when it has."""

import re
import sys
import time
from typing import TYPE_CHECKING

from .printing import show_moving, write_line, write_note

if TYPE_CHECKING:
    from ..delivery.function import Function, Revision
    from ..delivery.notes import ModelNotes
    from ..registry.registry import Registry

_TELLS_S = 10.0
_NUMBER = re.compile(r"[0-9.,]+")


def title_of(notes: "ModelNotes") -> str:
    """A revision's model, for people."""
    if not notes.model:
        return "a model that no `ssd deploy` named"
    return f"{notes.model} ({notes.digest[:12]})"


def show_rollout(function: "Function", number: int, trial: float = 0.0) -> "Revision":
    """Waits until a revision serves, and says how far it is; Ctrl-C ends the waiting alone.

    Args:
        function: Whose.
        number: The revision's.
        trial: Seconds for which it may be tried out beside what serves.

    Returns:
        The revision; it serves, unless it was a shadow.

    Raises:
        RolloutFailed: It never will.
    """
    from ..delivery.rollout import wait_for

    steps = _Steps()
    try:
        write_note(f"revision {number} of {function.name} begins")
        revision = wait_for(function, number, steps.tell, trial)
    except KeyboardInterrupt:
        steps.end()
        place = f"--function {function.name} -g {function.gateway}"
        write_note(f"Interrupted: the gateway goes on with revision {number} of {function.name}.")
        write_note(f"  watch it: ssd history {place}")
        write_note(f"  undo it:  ssd rollback {place}")
        sys.exit(130)
    finally:
        steps.end()
    if revision.serving:
        title = title_of(revision.notes)
        write_line(f"{function.name} serves {title} as revision {revision.number}")
        _compare(function, revision)
    if revision.reason:  # what a trial came to
        write_line(f"revision {revision.number}: {revision.reason}")
    return revision


def _compare(function: "Function", revision: "Revision") -> None:
    """Says so where the function's own replies name another model, or none."""
    answers, digest = function.answers(), revision.notes.digest
    if digest and f"({digest[:12]})" not in answers:
        named = f"name {answers!r}" if answers else "name no model"
        write_note(
            f"but replies of {function.name} {named}: does its handler read MODEL_BUNDLE, and was "
            "it deployed by this release?"
        )


class _Steps:
    """Lines on what is being done: one that moves on a terminal, else one a step and a while."""

    def __init__(self) -> None:
        self._moving = sys.stderr.isatty()
        self._told, self._when = "", 0.0

    def tell(self, step: str) -> None:
        """It is being done."""
        if self._moving:
            show_moving(f"  {step}")
            return
        words, now = _NUMBER.sub("", step), time.monotonic()
        if words != self._told or now - self._when >= _TELLS_S:
            self._told, self._when = words, now
            write_note(f"  {step}")

    def end(self) -> None:
        """Takes the moving line away."""
        if self._moving:
            show_moving()


def point_serving(models: "Registry", model_id: str) -> None:
    """Moves the tag of the model that serves; what serves does not depend on it.

    Args:
        models: The registry.
        model_id: The model's id there; empty where it has none.
    """
    from ..delivery.who import who
    from ..registry.errors import RegistryError
    from ..registry.gate.contestants import SERVING

    try:
        if model_id:
            models.tag(SERVING, model_id, who())
    except RegistryError as error:
        write_note(f"the registry's tag {SERVING} was not moved: {error.message}")


def model_served(function: "Function", models: "Registry") -> str:
    """Id of the model that a function really serves; empty, and a line, where nobody knows it."""
    served = function.state().notes
    known = [record.id for record in models.models() if record.digest == served.digest]
    if not known:
        write_note(
            f"{function.name} serves {title_of(served)}, which is not in the registry: its tag "
            "serving counts"
        )
        return ""
    ours = served.model if served.model in known else known[0]
    write_note(f"held against {ours}, which {function.name} serves at {function.gateway}")
    return ours
