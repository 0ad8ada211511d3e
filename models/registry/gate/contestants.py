"""Who is held against whom: a model of the registry, or a bundle."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from ...ssd.bundle import find_bundle
from ...ssd.errors import BundleError
from ..errors import RegistryError, UnknownModel
from ..fetching import fetch_bundle
from ..record import ModelRecord, check_name
from ..registry import Registry
from ..runs import pictures_of_run

SERVING = "serving"
"""The tag of the model that serves."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A model that takes part.

    Attributes:
        name: Its id in the registry; of a bundle outside, its folder's name.
        folder: Its bundle.
        learnt_from: Marks of the pictures that it learnt from; None where they are not known.
        model_id: Its id in the registry; empty for a bundle outside.
    """

    name: str
    folder: Path
    learnt_from: frozenset[str] | None
    model_id: str = ""


@contextmanager
def contestant(name: str, registry: Registry, run: Path | None = None) -> Iterator[Contestant]:
    """Finds a model; one of the registry lies in a folder of its own meanwhile.

    Args:
        name: An id or tag of the registry, a bundle's folder, or an embedded bundle's name; the
            registry comes first, and a path with a slash is never looked for there.
        registry: Where models are kept.
        run: Folder of the run that made a bundle outside the registry.

    Yields:
        The model.

    Raises:
        UnknownModel: It is nowhere.
        ModelDamaged: Its files were changed.
    """
    record = _in_registry(name, registry)
    if record is None:
        folder = find_bundle(Path(name))
        listed = None if run is None else pictures_of_run(run)
        yield Contestant(folder.name or str(folder), folder, _marks(listed))
        return
    listed = registry.learnt_from(record) if run is None else pictures_of_run(run)
    with tempfile.TemporaryDirectory(prefix="ssd-gate-") as scratch:
        folder = Path(scratch) / record.id
        fetch_bundle(registry, record, folder)
        yield Contestant(record.id, folder, _marks(listed), record.id)


def serving_contestant(name: str, registry: Registry) -> AbstractContextManager[Contestant | None]:
    """The model that a candidate is held against; None where nothing has the tag ``serving`` yet.

    Args:
        name: As ``contestant`` takes it.
        registry: Where models are kept.
    """
    if name == SERVING and registry.tags.read(name) is None and not Path(name).is_dir():
        return nullcontext(None)
    return contestant(name, registry)


def _in_registry(name: str, registry: Registry) -> ModelRecord | None:
    """The model of that name; None where a bundle has it."""
    unknown: RegistryError
    try:
        check_name(name, "model")
    except RegistryError as error:  # such as a path
        unknown = error
    else:
        try:
            return registry.model(name)
        except UnknownModel as error:
            unknown = error
    try:
        find_bundle(Path(name))
    except BundleError as error:
        raise UnknownModel(f"{unknown.message}; as a bundle: {error.message}") from error
    return None


def _marks(listed: bytes | None) -> frozenset[str] | None:
    return None if listed is None else frozenset(listed.decode().split())
