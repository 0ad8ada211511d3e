"""What a place says of the data set in it: readable, written last, and open as a manifest is."""

import msgspec

from ..errors import DataSetError

VERSION = 1
FILE = "data_set.json"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """A data set that was pushed, whole.

    Attributes:
        version: Of this record.
        digest: What ``digest_of`` says of it.
        rows: SHA-256 of all that its rows say, names and parts included.
        pictures: Number of pictures.
        classes: Name of each class, in order of id; empty where they do not fit.
        class_ids: Id of each class.
        parts: Keys of its batches.
        pushed: When it was, RFC 3339 in UTC.
    """

    version: int = VERSION
    digest: str
    rows: str
    pictures: int
    classes: tuple[str, ...] = ()
    class_ids: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    pushed: str = ""


def parse_about(content: bytes | str, where: str) -> About:
    """Reads it.

    Raises:
        DataSetError: It is none, or a newer release wrote it.
    """
    try:
        about = msgspec.json.decode(content, type=About)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DataSetError(f"{where} does not describe a data set: {error}") from error
    if about.version > VERSION:
        raise DataSetError(
            f"{where} has version {about.version}, this release reads {VERSION}: upgrade dcf-detect"
        )
    if len(about.classes) != len(about.class_ids):
        raise DataSetError(
            f"{where} does not describe a data set: classes and ids differ in number"
        )
    for key in about.parts:
        if not (len(key) == 64 and key.isalnum() and key.isascii()):
            raise DataSetError(f"{where} does not describe a data set: {key[:80]!r} is no part")
    return about


def format_about(about: About) -> bytes:
    """Writes it as ``parse_about`` reads it."""
    return msgspec.json.format(msgspec.json.encode(about), indent=2) + b"\n"
