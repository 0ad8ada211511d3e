"""From what a person names to a place."""

from .bigquery import open_table
from .parquet import ParquetPlace
from .port import Place
from .profiles import resolve

_BIGQUERY = "bigquery://"


def open_place(text: str) -> Place:
    """Opens a place.

    Args:
        text: A folder of Parquet files, here or at an address that fsspec knows;
            ``bigquery://PROJECT/DATASET/TABLE``; or ``@NAME/REST``, as the file of places says.

    Raises:
        DataSetError: It is no place, or what it needs is not installed.
    """
    address = resolve(text)
    if address.url.startswith(_BIGQUERY):
        return open_table(address.url.removeprefix(_BIGQUERY), address.profile)
    return ParquetPlace(address.url)
