"""What a function is held against: a profile of a data set's pictures, or the one of a model."""

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from ...datasets.record import DataSet
from ...ssd.bundle import open_bundle
from ...ssd.detector import Answer, Detector
from ...ssd.errors import ProfileError
from ...ssd.profile import Profile, read_profile
from ...ssd.ranges import AUTO
from ...ssd.settings import Tiles

_AT_ONCE = 16


def profile_of(
    detector: Detector, data: DataSet, like: Profile, progress: Callable[[int], None]
) -> Profile:
    """Counts what a detector finds in a data set.

    Args:
        detector: The model that the function serves.
        data: The pictures; their annotations do not matter.
        like: By its threshold and tiles.
        progress: Called with the number of pictures that were answered since.

    Returns:
        The profile.

    Raises:
        DetectorError: A picture cannot be decoded.
    """
    tiles: Tiles = AUTO if like.tiles == AUTO else int(like.tiles)
    settings = replace(detector.defaults, threshold=like.threshold, tiles=tiles)
    profile = Profile(like.threshold, like.tiles)
    for first in range(0, len(data.pictures), _AT_ONCE):
        part = data.pictures[first : first + _AT_ONCE]
        answers = detector.detect_batch([each.file.read_bytes() for each in part], settings)
        for answer in answers:
            if not isinstance(answer, Answer):
                raise answer
            profile.add(answer.detections)
        progress(len(part))
    return profile


def recorded_profile(folder: Path, name: str) -> Profile:
    """The profile of the pictures that a model was measured on when it was exported.

    Args:
        folder: Its bundle.
        name: As a person knows it.

    Raises:
        BundleError: It is no bundle.
        ProfileError: It has none.
    """
    bundle = open_bundle(folder)
    written = bundle.manifest.metrics.profile
    if written is None:
        raise ProfileError(
            f"{name} has no profile of the pictures it was measured on (`ssd export` records one): "
            "name a data set with --against"
        )
    return read_profile(written, f"the profile of {name}")
