"""From what a person names to a place."""

from .parquet import ParquetPlace
from .port import Place
from .profiles import resolve


def open_place(text: str) -> Place:
    """Opens a place.

    Args:
        text: A folder of Parquet files, here or at an address that fsspec knows; or
            ``@NAME/REST``, as the file of places says.

    Raises:
        DataSetError: It is no place, or what it needs is not installed.
    """
    return ParquetPlace(resolve(text).url)
