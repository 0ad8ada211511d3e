"""The registry: models are added once, whole, and never changed.

``models/ID.json`` says what a model is, ``blobs/`` has each file once by its digest,
``tags/NAME.json`` points at a model, ``verdicts/`` has what the gate found. A model's files are
written before its record, so that whatever is listed is complete; what a killed process left is in
no record, and goes with ``prune``.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from ..ssd.bundle import Bundle, open_bundle
from ..ssd.manifest import FileSpec
from .errors import ModelDamaged, ModelTaken, RegistryError, UnknownModel
from .origin import Origin
from .record import ModelRecord, check_name, format_record, parse_record
from .stores.port import Store
from .tags import Tags, timestamp
from .verdicts import Verdicts

GRACE_S = 3600.0
"""A file that no record names stays so long: who adds a model writes its files first."""
_MOST_TRIALS = 100_000


class Registry:
    """Models in a store.

    Args:
        store: Where they lie.
        clock: Seconds since 1970.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self.tags = Tags(store, clock)
        self.verdicts = Verdicts(store)
        self._store = store
        self._clock = clock

    def add(
        self, bundle: Path, experiment: str, trial: int | None = None, origin: Origin | None = None
    ) -> ModelRecord:
        """Adds a bundle; the same one under the same id is there already, and stays.

        Args:
            bundle: Its folder, or the name of an embedded one; every file is verified.
            experiment: First part of its id.
            trial: Second part; the first number from 1 that is free when None.
            origin: What it does not say of itself.

        Returns:
            The record, as it is in the registry.

        Raises:
            BundleError: It cannot be trusted or used.
            ModelTaken: Another model has the id.
            RegistryError: The registry cannot be used.
        """
        check_name(experiment, "experiment")
        opened, origin = open_bundle(bundle), origin or Origin()
        with self._store.together():
            specs = self._upload(opened)
            record = self._record(opened, specs, origin)
            self._keep(origin, record)
            trials: Iterable[int] = range(1, _MOST_TRIALS) if trial is None else (trial,)
            for number in trials:
                named = msgspec.structs.replace(record, id=f"{experiment}-{number}")
                if self._store.create(_record_name(named.id), format_record(named)):
                    self._upload(opened, again=True)  # if they were pruned as nobody's meanwhile
                    self._keep(origin, record)
                    return named
                there = self.model(named.id)
                if there.digest == opened.digest:
                    return there
                if trial is not None:
                    raise ModelTaken(
                        f"{named.id} is another model, added {there.added}: what is added stays "
                        "as it is, choose another trial"
                    )
        raise RegistryError(f"{experiment} has {_MOST_TRIALS} trials: choose another experiment")

    def models(self) -> Iterator[ModelRecord]:
        """Every model, in order of experiment and trial."""
        names = [entry.name for entry in self._store.entries("models")]
        for name in sorted(names, key=_order):
            content = self._store.read(name)
            if content is not None:  # removed meanwhile
                yield parse_record(content, name)

    def model(self, name: str) -> ModelRecord:
        """The model of an id or a tag; ids come first.

        Raises:
            UnknownModel: There is none; the message names one that is like it.
        """
        content = self._store.read(_record_name(check_name(name, "model")))
        if content is None:
            tag = self.tags.read(name)
            content = None if tag is None else self._store.read(_record_name(tag.model))
        if not content:
            raise UnknownModel(self._unknown(name))
        return parse_record(content, name)

    def tag(self, name: str, model: str, by: str = "") -> None:
        """Points a tag at a model; it may have pointed elsewhere.

        Raises:
            UnknownModel: There is no such model.
            ModelTaken: A model has that name.
        """
        if self._store.has(_record_name(check_name(name, "tag"))):
            raise ModelTaken(f"{name} is a model: a tag needs a name of its own")
        self.tags.point(name, self.model(model).id, by)

    def remove(self, model_id: str) -> None:
        """Removes a model; its files go with ``prune``, where no other model has them.

        Raises:
            UnknownModel: There is no such model.
            RegistryError: A tag points at it.
        """
        record = self.model(model_id)
        tagged = self.tags.of(record.id)
        if tagged or record.id != model_id:
            names = ", ".join(tagged) or model_id
            raise RegistryError(f"{record.id} has the tag {names}: move or remove that first")
        self._store.remove(_record_name(record.id))

    def prune(self) -> int:
        """Removes files that no model has, and returns how many.

        A file younger than an hour stays. On a folder nobody adds a model meanwhile; on an object
        store, which has no locks, ``add`` looks after its files when its record is there.
        """
        with self._store.alone():
            old = self._clock() - GRACE_S
            files = [entry for entry in self._store.entries("blobs") if entry.changed < old]
            kept = {_blob_name(spec) for each in self.models() for spec in each.kept.values()}
            gone = [entry.name for entry in files if entry.name not in kept]
            for name in gone:
                self._store.remove(name)
        return len(gone)

    def fetch(self, record: ModelRecord) -> dict[str, bytes]:
        """Every file of a model by its path in the bundle, each verified.

        Raises:
            ModelDamaged: A file is missing or was changed.
        """
        return {path: self._verified(record, path, spec) for path, spec in record.blobs.items()}

    def learnt_from(self, record: ModelRecord) -> bytes | None:
        """Marks of the pictures that a model learnt from; None where they are not known.

        Raises:
            ModelDamaged: The list is missing or was changed.
        """
        if record.pictures is None:
            return None
        return self._verified(record, "the list of pictures", record.pictures)

    def damage(self, record: ModelRecord) -> Iterator[str]:
        """What is wrong with a model's files, a line each."""
        for path, spec in record.kept.items():
            try:
                self._verified(record, path, spec)
            except ModelDamaged as error:
                yield error.message

    def _verified(self, record: ModelRecord, path: str, spec: FileSpec) -> bytes:
        content = self._store.read(_blob_name(spec))
        if content is None:
            raise ModelDamaged(f"{record.id}: {path} is missing ({_blob_name(spec)})")
        found = hashlib.sha256(content).hexdigest()
        if found != spec.sha256:
            raise ModelDamaged(
                f"{record.id}: {path} was changed: its SHA-256 is {found[:12]}..., the record says "
                f"{spec.sha256[:12]}... ({_blob_name(spec)})"
            )
        return content

    def _upload(self, bundle: Bundle, *, again: bool = False) -> dict[str, FileSpec]:
        """Writes every file, so that it is young, or those that are missing."""
        manifest = (bundle.path / "manifest.json").read_bytes()
        specs = {"manifest.json": FileSpec(sha256=bundle.digest, bytes=len(manifest))}
        specs |= bundle.manifest.files
        for path, spec in specs.items():
            if not (again and self._store.has(_blob_name(spec))):
                self._store.upload(_blob_name(spec), bundle.path / path)
        return specs

    def _keep(self, origin: Origin, record: ModelRecord) -> None:
        if record.pictures is not None and origin.pictures is not None:
            self._store.replace(_blob_name(record.pictures), origin.pictures)

    def _record(self, bundle: Bundle, specs: dict[str, FileSpec], origin: Origin) -> ModelRecord:
        manifest = bundle.manifest
        files = {path: spec for path, spec in specs.items() if path != "manifest.json"}
        background = manifest.outputs.background is not None
        return ModelRecord(
            id="",
            digest=bundle.digest,
            manifest=specs["manifest.json"],
            files=files,
            network=manifest.network,
            precision=manifest.precision,
            classes=len(manifest.outputs.class_ids) - background,
            license=manifest.license,
            data_digest=origin.data_digest,
            pictures=_spec(origin.pictures),
            metrics={**manifest.metrics.values(), **origin.metrics},
            parameters=dict(origin.parameters),
            parent=self.model(origin.parent).id if origin.parent else "",
            note=origin.note,
            added=timestamp(self._clock()),
            by=origin.by,
        )

    def _unknown(self, name: str) -> str:
        from difflib import get_close_matches  # only for this message

        known = [record.id for record in self.models()] + list(self.tags.all())
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "`ssd models list` shows what there is"
        return f"no model {name!r}, {hint}"


def _spec(content: bytes | None) -> FileSpec | None:
    if content is None:
        return None
    return FileSpec(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


def _record_name(model_id: str) -> str:
    return f"models/{model_id}.json"


def _blob_name(spec: FileSpec) -> str:
    return f"blobs/{spec.sha256[:2]}/{spec.sha256}"


def _order(name: str) -> tuple[str, int]:
    experiment, _, trial = name.removesuffix(".json").rpartition("-")
    return experiment, int(trial) if trial.isdecimal() else 0
