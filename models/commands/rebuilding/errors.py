"""Errors of rebuilding.

RebuildError          code, message
+-- FetchFailed       fetch_failed      a package could not be had, or is not the one expected
+-- BundlesDiffer     bundles_differ    what was built is not what is committed
"""

from typing import ClassVar


class RebuildError(Exception):
    """Base of every error this room raises on purpose.

    Attributes:
        code: A stable word.
        message: One line for a person: what came, what is allowed, what to do.
    """

    code: ClassVar[str] = "rebuild_failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class FetchFailed(RebuildError):
    """A package could not be fetched, or has another digest."""

    code = "fetch_failed"


class BundlesDiffer(RebuildError):
    """A rebuilt bundle is further from the committed one than rounding explains."""

    code = "bundles_differ"
