"""What pyproject.toml cannot say of the distribution: where its packages lie, and links that work.

In a wheel all rooms are in `dcf_detect`. An editable install is a plain line with this folder's
path, which costs nothing at the start of an interpreter; there the rooms keep their own names.

REPOSITORY, in the environment, is where the sources are shown (https://...): the links of the
project and of README's begin with it.
"""

import os
import re
import sys
from pathlib import Path

from setuptools import find_namespace_packages, setup

ROOMS = ("dcf", "handler", "models", "watcher")
ONE = "dcf_detect"
REPOSITORY = os.environ.get("REPOSITORY", "").rstrip("/")
_RELATIVE_LINK = re.compile(r"(!?)\[([^\]]+)\]\((?!https?:|#|mailto:)([^)]+)\)")


def _absolute(link: "re.Match[str]") -> str:
    """A link inside the sources as an index page can show it: whole, or just its words."""
    mark, words, path = link.groups()
    kind = "raw" if mark else "blob"
    return f"{mark}[{words}]({REPOSITORY}/{kind}/HEAD/{path})" if REPOSITORY else words


def _layout() -> dict[str, object]:
    found = find_namespace_packages(
        include=[name for room in ROOMS for name in (room, f"{room}.*")]
    )
    if "editable_wheel" in sys.argv:
        return {"packages": [ONE, *found], "package_dir": {"": "."}}
    rooms = {f"{ONE}.{room}": room for room in ROOMS}
    return {
        "packages": [ONE, *(f"{ONE}.{each}" for each in found)],
        "package_dir": {ONE: ONE, **rooms},
    }


setup(
    **_layout(),
    long_description=_RELATIVE_LINK.sub(_absolute, Path("README.md").read_text("utf-8")),
    long_description_content_type="text/markdown",
    project_urls={
        name: f"{REPOSITORY}/{path}".rstrip("/")
        for name, path in {
            "Source": "",
            "Documentation": "tree/HEAD/docs",
            "Changelog": "blob/HEAD/CHANGELOG.md",
        }.items()
        if REPOSITORY
    },
)
