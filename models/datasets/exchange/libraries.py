"""Libraries of the extra ``lifecycle``, imported when something first needs one."""

from importlib import import_module
from typing import Any

from ..errors import DataSetError


def need(module: str) -> Any:  # noqa: ANN401 - a module without types
    """A module of the extra.

    Raises:
        DataSetError: It is not installed; says how to get it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise missing(error) from error


def missing(error: ImportError) -> DataSetError:
    """What to say where a library is not installed."""
    return DataSetError(
        f"this needs {_library(error)}, which is not installed here: run "
        "`pip install 'dcf-detect[lifecycle]'`"
    )


def _library(error: ImportError) -> str:
    """Its name; fsspec says `Install s3fs to access S3` without one."""
    words = str(error).split()
    named = words[1] if words[:1] == ["Install"] and len(words) > 1 else ""
    return error.name or named or str(error)
