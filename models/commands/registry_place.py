"""Where the registry is: an option that verbs share."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..registry.registry import Registry

REGISTRY = click.option(
    "--registry",
    envvar="SSD_REGISTRY",
    default="~/.ssd/models",
    show_default=True,
    help="A folder, or an address such as s3://bucket/models; also SSD_REGISTRY.",
)


def open_registry(place: str) -> "Registry":
    """Opens it; nothing is made before something is added."""
    from ..registry.registry import Registry
    from ..registry.stores import open_store

    return Registry(open_store(place if "://" in place else str(Path(place).expanduser())))
