"""The counts of the last time, so that only what came since is compared.

Counts of a function only grow: after a million pictures a bad day would not show. Each replica has
its own, because one that was started anew begins at zero.
"""

import json
import os
from collections.abc import Mapping
from functools import reduce
from pathlib import Path

from ...ssd.errors import ProfileError
from ...ssd.profile import Profile, read_profile
from .page import Counted


def read_window(file: Path) -> dict[str, Profile]:
    """The counts by replica; none where there is no such file yet.

    Raises:
        ProfileError: It is another file.
    """
    try:
        found = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        raise ProfileError(f"{file} is no file of --since: {error}") from error
    if not isinstance(found, dict):
        raise ProfileError(f"{file} is no file of --since")
    return {each: read_profile(values, f"{file}: {each}") for each, values in found.items()}


def write_window(file: Path, counted: Mapping[str, Counted]) -> None:
    """Writes the counts by replica, whole or not at all."""
    written = {each: found.profile.values() for each, found in counted.items()}
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_text(json.dumps(written) + "\n", encoding="utf-8")
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def seen_since(counted: Mapping[str, Counted], before: Mapping[str, Profile]) -> Profile:
    """What all replicas counted since then.

    Args:
        counted: Their counts now, of one replica or more.
        before: Their counts then.

    Raises:
        ProfileError: Replicas count by different thresholds or tiles.
    """
    return reduce(
        Profile.combined,
        (_since(found.profile, before.get(each)) for each, found in counted.items()),
    )


def _since(now: Profile, then: Profile | None) -> Profile:
    """A replica's counts without earlier ones, unless it was started anew or otherwise since."""
    if then is None or (now.threshold, now.tiles) != (then.threshold, then.tiles):
        return now
    since = now.combined(then, -1)
    grown = since.pictures >= 0 and min(since.classes.values(), default=0) >= 0
    grown = grown and all(min(each.counts) >= 0 for each in since.histograms.values())
    return since if grown else now
