"""Where the registry is: an option that verbs share."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from ..registry.registry import Registry

_Verb = TypeVar("_Verb", bound=Callable[..., None])


def registry_option(verb: _Verb) -> _Verb:
    """Adds ``--registry`` to a verb, which gets it as ``registry``."""
    return click.option(
        "--registry",
        envvar="SSD_REGISTRY",
        default="~/.ssd/models",
        show_default=True,
        help="A folder, or an address such as s3://bucket/models; also SSD_REGISTRY.",
    )(verb)


def open_registry(place: str) -> "Registry":
    """Opens it; nothing is made before something is added."""
    from ..registry.registry import Registry
    from ..registry.stores import open_store

    return Registry(open_store(place if "://" in place else str(Path(place).expanduser())))
