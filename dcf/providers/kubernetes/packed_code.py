"""What a tar says of itself without being unpacked: how to start its code, what that requires."""

import io
import posixpath
from dataclasses import dataclass

from ...archive import MANIFEST, MAX_MANIFEST_BYTES, Entry
from ..packed.requirements import NAME, wants_nothing
from ..packed.unpack import checked, entry_of


@dataclass(frozen=True)
class Code:
    """What is known of a tar.

    Attributes:
        entry: How to start it; None where it has no usable manifest, as an attachment.
        requires: Name of the list of packages beside its handler that are to be installed; empty
            where there is none, or nothing in it.
    """

    entry: Entry | None = None
    requires: str = ""

    def as_data(self) -> dict[str, str]:
        """As a ConfigMap has it."""
        if self.entry is None:
            return {}
        found = {"dir": self.entry.directory, "file": self.entry.file, "name": self.entry.name}
        return found | ({"requires": self.requires} if self.requires else {})


def inspect(data: bytes) -> Code:
    """Look at every member of a tar; raises `ArchiveError` for one that a function may not have."""
    tar = io.BytesIO(data)
    wanted: dict[str, bytes] = {}
    for member in checked(tar):
        if member.name == MANIFEST:
            wanted[MANIFEST] = tar.read(min(member.size, MAX_MANIFEST_BYTES + 1))
        elif posixpath.basename(member.name) == NAME:
            wanted[member.name] = tar.read(member.size)
    if MANIFEST not in wanted:
        return Code()
    entry = entry_of(wanted[MANIFEST])
    requirements = posixpath.normpath(posixpath.join(entry.directory, NAME))
    text = wanted.get(requirements, b"").decode(errors="replace")
    return Code(entry, "" if wants_nothing(text) else requirements)
