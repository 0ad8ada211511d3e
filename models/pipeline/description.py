"""What a pipeline is: steps in their order, each a verb with its options."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from .verbs import VERBS, Kind, Verb

GIVEN = "$"
"""``$add`` stands for the id of the model that the step ``add`` gave."""


class Step(NamedTuple):
    """One step.

    Attributes:
        name: Its name.
        words: Those of its verb, such as ``data pull``.
        options: What it is given, by the option's name; a switch that is on has no values.
    """

    name: str
    words: str
    options: Mapping[str, tuple[str, ...]]

    @property
    def verb(self) -> Verb:
        """What is known of its verb."""
        return VERBS[self.words]

    def outputs(self) -> Iterator[tuple[str, Kind, str]]:
        """Every output: the option that names it, its kind, and what was given."""
        for option, kind in self.verb.writes.items():
            for value in self.options.get(option, ()):
                yield option, kind, value


class Pipeline(NamedTuple):
    """Steps that are done one after the other.

    Attributes:
        file: Where it is described.
        steps: In their order.
    """

    file: Path
    steps: tuple[Step, ...]

    @property
    def folder(self) -> Path:
        """Where the steps run: paths in them begin here."""
        return self.file.parent


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path is a folder, or in it; both as they are written, links not followed."""
    return path == folder or folder in path.parents
