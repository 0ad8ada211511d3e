"""Errors of rebuilding.

RebuildError          code, message
+-- FetchFailed       fetch_failed      a package could not be had, or is not the one expected
+-- BundlesDiffer     bundles_differ    what was built is not what is committed
"""

from models.commands.errors import CommandError


class RebuildError(CommandError):
    """Base of every error this room raises on purpose."""

    code = "rebuild_failed"


class FetchFailed(RebuildError):
    """A package could not be fetched, or has another digest."""

    code = "fetch_failed"


class BundlesDiffer(RebuildError):
    """A rebuilt bundle is further from the committed one than rounding explains."""

    code = "bundles_differ"
