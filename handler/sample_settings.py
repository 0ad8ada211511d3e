"""Settings of what is kept for labelling: off, unless a share is set."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from .errors import BadOption, SettingError
from .options import SETTINGS, Setting, read_number
from .rooms import Range

_SHARE = Range(0, 1, whole=False, help="Share of the pictures that is kept for labelling; 0: none.")
_COUNT = Range(1, 1_000_000, whole=True, help="Pictures that are kept at most.")
_BYTES = Range(1, 1_000_000_000_000, whole=True, help="Bytes that they take at most.")
_FOLDER_ALLOWED = "a folder; of a gateway's function its own folder, samples, if empty"

SAMPLE_SETTINGS = (
    Setting("KEEP_SAMPLES", "0", str(_SHARE), _SHARE.help),
    Setting("KEEP_SAMPLES_DIR", "", _FOLDER_ALLOWED, "Where they are kept."),
    Setting("KEEP_SAMPLES_COUNT", "1000", str(_COUNT), _COUNT.help),
    Setting("KEEP_SAMPLES_BYTES", "1000000000", str(_BYTES), _BYTES.help),
)
ALL_ROWS = (*SETTINGS, *SAMPLE_SETTINGS)
"""Every setting of the function."""


class SampleSettings(msgspec.Struct, frozen=True):
    """How much is kept, and where.

    Attributes:
        folder: Where.
        share: Share of the pictures, above 0, at most 1.
        count: Pictures at most.
        bytes: Bytes of their files at most.
    """

    folder: Path
    share: float
    count: int
    bytes: int


def read_sample_settings(environ: Mapping[str, str]) -> SampleSettings | None:
    """Reads them; None where nothing is kept.

    Raises:
        SettingError: One is out of range, or there is no folder.
    """
    share, folder, count, size = (
        environ.get(row.name, "").strip() or row.default for row in SAMPLE_SETTINGS
    )
    try:
        wanted = read_number("KEEP_SAMPLES", share, _SHARE)
        most = int(read_number("KEEP_SAMPLES_COUNT", count, _COUNT))
        most_bytes = int(read_number("KEEP_SAMPLES_BYTES", size, _BYTES))
    except BadOption as error:
        raise SettingError(f"setting {error.message}") from error
    if not wanted:
        return None
    own = environ.get("FUNCTION_STATE_DIR", "").strip()
    if not folder and not own:
        raise SettingError(
            "setting KEEP_SAMPLES needs a folder: set KEEP_SAMPLES_DIR to one of the function's own"
        )
    where = Path(folder) if folder else Path(own, "samples")
    return SampleSettings(where, wanted, most, most_bytes)


def told_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Every setting of the function as whoever asks may read it: no path of this machine."""
    return {row.name: _told(environ.get(row.name, "")) or row.default for row in ALL_ROWS}


def _told(text: str) -> str:
    return Path(text).name if Path(text).is_absolute() else text
