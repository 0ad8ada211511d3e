"""Begins a study, joins one, or goes on with one."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from ..file_lock import FileLock
from ..registry.record import check_name
from .errors import BadStudy
from .place import Place
from .search_file import DEFAULT, read_search
from .study_folder import StudyFolder, StudyNote

_TRIALS = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person says of a study; what is left out is as it was, or has its default.

    Attributes:
        space: ``search.yaml``.
        data: The data set's folder.
        validation: Folder of the pictures to measure on.
        experiment: First part of the trials' ids.
        max_bad: Bad rows that the data sets may have.
        trials: Trials that the study is to have.
    """

    space: Path | None = None
    data: Path | None = None
    validation: Path | None = None
    experiment: str = ""
    max_bad: str = ""
    trials: int | None = None


def begin(place: Place, wanted: Wanted) -> StudyNote:
    """Writes down what is searched, or reads it where that was done before.

    Args:
        place: Where the study lies.
        wanted: What is asked for.

    Raises:
        BadStudy: The study is another one, or there is none and too little is said to begin it.
        ModelError: ``search.yaml`` or the experiment's name cannot be.
    """
    folder = StudyFolder(place.folder)
    if folder.note() is None and wanted.data is None:
        raise BadStudy(f"{place.text} is no study yet: give --data, and --space, to begin one")
    for each in (wanted.data, wanted.validation):
        if each is not None and not each.is_dir():
            raise BadStudy(f"{each} is no folder: --data and --validation name data sets")
    folder.create()
    with FileLock(folder.lock):
        before = folder.note()
        note = _new(place, wanted) if before is None else _same(place, wanted, before)
        if note != before:
            folder.write_note(note)
    return note


def begun(place: Place) -> StudyNote:
    """What is searched in a study that is there.

    Raises:
        BadStudy: There is none.
    """
    note = StudyFolder(place.folder).note()
    if note is None:
        raise BadStudy(f"{place.text} is no study: it has no study.json, which a search writes")
    return note


def _new(place: Place, wanted: Wanted) -> StudyNote:
    assert wanted.data is not None  # as begin() saw
    name = wanted.experiment or place.folder.name.lower()
    return StudyNote(
        experiment=check_name(name, "--experiment"),
        data=str(wanted.data.resolve()),
        validation=str(wanted.validation.resolve()) if wanted.validation else "",
        max_bad=wanted.max_bad or "1%",
        trials=wanted.trials or _TRIALS,
        plan=read_search(wanted.space or DEFAULT),
    )


def _same(place: Place, wanted: Wanted, before: StudyNote) -> StudyNote:
    if wanted.space is not None and read_search(wanted.space) != before.plan:
        raise BadStudy(
            f"{place.text} searches something else than {wanted.space}: leave --space out to go on "
            "with it, or name another --study"
        )
    if wanted.experiment not in {"", before.experiment}:
        raise BadStudy(f"{place.text} is the experiment {before.experiment}: --experiment differs")
    return msgspec.structs.replace(
        before,
        data=str(wanted.data.resolve()) if wanted.data else before.data,
        validation=str(wanted.validation.resolve()) if wanted.validation else before.validation,
        max_bad=wanted.max_bad or before.max_bad,
        trials=wanted.trials or before.trials,
    )
