"""Errors of making bundles.

ModelError
+-- OutputTaken       output_taken      the bundle's place holds something else
+-- BadIdentity       bad_identity      a name that no bundle may have
+-- NoPhotos          no_photos         nothing to calibrate with
+-- FetchFailed       fetch_failed      a package could not be had, or is not the one expected
+-- BundlesDiffer     bundles_differ    what was built is not what is committed
"""

from ..ssd.errors import ModelError


class OutputTaken(ModelError):
    """Writing the bundle there would destroy something that is none."""

    code = "output_taken"


class BadIdentity(ModelError):
    """The name is not one that a manifest may have."""

    code = "bad_identity"


class NoPhotos(ModelError):
    """The folder has no picture that can be read."""

    code = "no_photos"


class FetchFailed(ModelError):
    """A package could not be fetched, or has another digest."""

    code = "fetch_failed"


class BundlesDiffer(ModelError):
    """A rebuilt bundle is further from the committed one than rounding explains."""

    code = "bundles_differ"
