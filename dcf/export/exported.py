"""What an export is: files, what to do with them next, and what a person should know."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Exported:
    """What a platform needs, not yet written.

    Attributes:
        files: Path below the export's folder, with slashes, to content.
        commands: Command lines that bring it to the platform; `{out}` stands for the folder.
        notes: Lines on what was left out or assumed.
        whole: Folders below the export's that hold its files and nothing else.
    """

    files: Mapping[str, bytes]
    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    whole: tuple[str, ...] = field(default=())
