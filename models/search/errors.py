"""Errors of the search.

ModelError
+-- SearchError      bad_search   what is asked for cannot be searched, or nothing came of it
    +-- BadStudy     bad_study    a study that cannot be read, or is another one
"""

from ..ssd.errors import ModelError


class SearchError(ModelError):
    """A search that cannot begin, or that ended without a result."""

    code = "bad_search"


class BadStudy(SearchError):
    """A study that is damaged, of another release, or not what was asked for."""

    code = "bad_study"
