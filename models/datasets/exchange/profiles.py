"""Names for places: one file says what staging and prod are."""

import os
from pathlib import Path
from typing import NamedTuple

import msgspec
import yaml

from ..errors import DataSetError

SETTING = "SSD_PLACES"
_USUAL = Path("~/.ssd/places.yaml")


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place that has a name.

    Attributes:
        place: Beginning of its address.
        location: Where BigQuery keeps its data, such as EU; its own choice when empty.
        billing_project: Project that pays for what is asked; the one of the address when empty.
    """

    place: str
    location: str = ""
    billing_project: str = ""


class Address(NamedTuple):
    """A place, as what a person wrote means it."""

    url: str
    profile: Profile


def is_place(text: str) -> bool:
    """Whether a text names a place, not a folder: ``s3://...`` or ``@staging/digits``."""
    return "://" in text or text.startswith("@")


def resolve(text: str) -> Address:
    """What ``@NAME/REST`` stands for; other addresses stand for themselves.

    Raises:
        DataSetError: The file of names cannot be used, or lacks that one.
    """
    if not text.startswith("@"):
        return Address(text, Profile(place=text))
    name, _, rest = text[1:].partition("/")
    file = Path(os.environ.get(SETTING) or _USUAL).expanduser()
    profiles = read_profiles(file)
    if name not in profiles:
        known = ", ".join(f"@{each}" for each in sorted(profiles)) or "none"
        raise DataSetError(f"{file} has no place @{name}; it has {known}")
    profile = profiles[name]
    return Address(f"{profile.place.rstrip('/')}/{rest}".rstrip("/"), profile)


def read_profiles(file: Path) -> dict[str, Profile]:
    """Reads the file of names.

    Raises:
        DataSetError: It is missing, or not as it should be.
    """
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        return msgspec.convert(document, dict[str, Profile])
    except OSError as error:
        raise DataSetError(
            f"{file} cannot be read ({error.strerror}): it names places, `staging: {{place: "
            f"bigquery://PROJECT/DATASET}}`; {SETTING} names another file"
        ) from error
    except (yaml.YAMLError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
        first = " ".join(str(error).split())
        raise DataSetError(f"{file} is not a file of places: {first}") from error
