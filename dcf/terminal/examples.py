"""The end of a verb's help: lines that one can type."""

from collections.abc import Callable
from typing import TypeVar

import click

_Verb = TypeVar("_Verb", bound=click.Command)


def examples(*lines: str) -> Callable[[_Verb], _Verb]:
    """Add lines to the help of a verb or a group; a test reads each as the verb itself does."""

    def add(verb: _Verb) -> _Verb:
        verb.epilog = "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))
        return verb

    return add
