"""What a person sees while a revision takes over, and what is noted when it has."""

import sys
from typing import TYPE_CHECKING

from .printing import write_line, write_note

if TYPE_CHECKING:
    from ..delivery.function import Function
    from ..delivery.notes import ModelNotes
    from ..registry.registry import Registry


def title_of(notes: "ModelNotes") -> str:
    """A revision's model, for people."""
    if not notes.model:
        return "a model that no `ssd deploy` named"
    return f"{notes.model} ({notes.digest[:12]})"


def show_rollout(function: "Function", number: int) -> None:
    """Waits until a revision serves, and says how far it is; Ctrl-C ends the waiting alone.

    Args:
        function: Whose.
        number: The revision's.

    Raises:
        RolloutFailed: It never will.
    """
    from ..delivery.rollout import wait_for

    try:
        write_note(f"revision {number} of {function.name} begins")
        revision = wait_for(function, number, lambda step: write_note(f"  {step}"))
    except KeyboardInterrupt:
        place = f"--function {function.name} -g {function.gateway}"
        write_note(f"Interrupted: the gateway goes on with revision {number} of {function.name}.")
        write_note(f"  watch it: ssd history {place}")
        write_note(f"  undo it:  ssd rollback {place}")
        sys.exit(130)
    write_line(f"{function.name} serves {title_of(revision.notes)} as revision {revision.number}")


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
