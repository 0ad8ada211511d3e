"""What of the project's other rooms this one uses, by the names they have here.

In a checkout and in images the rooms stand side by side (`dcf`, `watcher`); installed, they lie in
`dcf_detect`, so that no folder of a user's own can be taken for one of them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING or __package__ == "dcf":
    # A platform and a gateway must read a function's time limits as the watcher does, and refuse
    # what it refuses: three readings of `500us` disagreed. The same with the count of cores.
    from watcher.configuration import cores, durations, values
else:
    from ..watcher.configuration import cores, durations, values  # pylint: disable=relative-beyond-top-level # not there

__all__ = ["WATCHER", "cores", "durations", "values"]

WATCHER = __package__.removesuffix("dcf") + "watcher"  # what `python -m` runs
