"""``ssd predict``: a folder of pictures of any size to one file of answers."""

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import asdict, replace

from ..ssd.ranges import RANGES
from .bundle_type import BUNDLE
from .byte_size import BYTE_SIZE
from .examples import examples
from .numbers import Number, Whole
from .predicted import PredictedPictures
from .quiet import quiet_engine
from .tiles_type import TILES_TYPE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..prediction.formats.port import Format
    from ..prediction.journal import Journal
    from ..prediction.pictures import Wanted
    from ..ssd.detector import Detector
    from ..ssd.settings import Settings, Tiles

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FORMATS = ("coco", "challenge", "csv", "voc", "yolo")
_WEAK = 0.01
_MOST = RANGES["max_detections"]


@examples(
    "ssd predict --images photos --out answers.json",
    "ssd predict --images photos --out answers.csv --format csv --threshold 0.3",
    "ssd predict --images photos --information instances.json --out out.json --max-bytes 20MB",
)
@click.command(name="predict")
@click.option("--images", required=True, type=_FOLDER, help="Folder of the pictures.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="File or folder of the answers."
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(_FORMATS),
    default="coco",
    show_default=True,
    help="voc and yolo write a folder with a file a picture.",
)
@click.option(
    "--information", type=_FILE, help='JSON with "images": id and file_name; sets ids and order.'
)
@click.option(
    "--like", type=_FILE, help="Sample of answers, for challenge: its keys, in their order."
)
@click.option("--bundle", type=BUNDLE, help="Model to use: a folder, or an embedded one's name.")
@click.option(
    "--threshold",
    type=Number(0, 1),
    help=f"Least confidence [default: {_WEAK} for coco and challenge, else the model's].",
)
@click.option("--classes", help="Only these, names separated by commas.")
@click.option(
    "--max-detections",
    type=Whole(_MOST.low, _MOST.high),
    help="Objects of a picture at most [default: the model's].",
)
@click.option(
    "--tiles",
    type=TILES_TYPE,
    default="1",
    help="Look at so many tiles a side, too; auto: by each picture's size.",
)
@click.option(
    "--max-bytes",
    type=BYTE_SIZE,
    help="Greatest size of the file, such as 20MB: the least sure objects are left out.",
)
@click.option("--workers", type=Whole(1, 256), help="Pictures at once [default: one a processor].")
def command(**options: object) -> None:
    """Finds the objects in every picture of a folder and writes one file.

    A picture that cannot be read is named on stderr and has no answers. A run that was stopped or
    killed goes on where it was when the same line is given again; the same pictures give the same
    bytes.
    """
    _predict(_Request(**options))  # type: ignore[arg-type]  # click has checked each of them


@dataclass(frozen=True, slots=True)
class _Request:
    """The line as it was typed."""

    images: Path
    out: Path
    format_name: str
    information: Path | None
    like: Path | None
    bundle: Path | None
    threshold: float | None
    classes: str | None
    max_detections: int | None
    tiles: "Tiles"
    max_bytes: int | None
    workers: int | None


def _predict(request: _Request) -> None:
    from ..prediction.formats.port import FileFormat
    from ..prediction.journal import Journal
    from ..prediction.writing import check_place, write_answers
    from ..ssd.cpus import usable_cpus
    from ..ssd.detector import Detector

    form, out = _form(request), request.out
    if request.max_bytes is not None and not isinstance(form, FileFormat):
        raise click.UsageError(
            f"--max-bytes is for formats of one file, not for {request.format_name}"
        )
    wanted = _pictures(request)
    check_place(form, out, wanted)
    workers = request.workers or usable_cpus()
    with quiet_engine():
        detector = Detector(request.bundle, pool_size=workers)
    settings = _settings(detector, request, weak=isinstance(form, FileFormat) and form.weak)
    out.parent.mkdir(parents=True, exist_ok=True)
    kept = out.with_name(out.name + ".partial")
    with Journal(kept, _asked(detector, settings, wanted)) as journal:
        run = _answer(detector, wanted, settings, journal, workers)
        written = write_answers(
            form, out, wanted, journal.answers, _classes(detector), request.max_bytes
        )
        journal.remove()
    run.ended(out, written)


def _form(request: _Request) -> "Format":
    from ..prediction.formats import FORMATS, challenge

    if request.like is None:
        return FORMATS[request.format_name]
    if request.format_name != "challenge":
        raise click.UsageError(f"--like is for --format challenge, not for {request.format_name}")
    return challenge.like(request.like)


def _pictures(request: _Request) -> "list[Wanted]":
    from ..prediction.pictures import find_pictures, read_information

    if request.information:
        return read_information(request.images, request.information)
    return find_pictures(request.images)


def _answer(
    detector: "Detector",
    wanted: "Sequence[Wanted]",
    settings: "Settings",
    journal: "Journal",
    workers: int,
) -> PredictedPictures:
    """Answers every picture; Ctrl-C says where it stopped, and ends the process."""
    from ..prediction.run import predict

    run = PredictedPictures(wanted)
    try:
        for answer in predict(detector, wanted, settings, journal, workers, run.known):
            run.answered(answer)
    except KeyboardInterrupt:
        run.stopped()
        sys.exit(130)
    return run


def _settings(detector: "Detector", request: _Request, *, weak: bool) -> "Settings":
    defaults = detector.defaults
    usual = _WEAK if weak else defaults.threshold
    settings = replace(
        defaults,
        threshold=usual if request.threshold is None else request.threshold,
        max_detections=request.max_detections or defaults.max_detections,
        classes=tuple(word for word in (request.classes or "").split(",") if word.strip()),
        tiles=request.tiles,
    )
    # An unknown class is one mistake, not one of each picture.
    detector.bundle.labels.columns(settings.classes)
    return settings


def _asked(detector: "Detector", settings: "Settings", wanted: "Sequence[Wanted]") -> str:
    """What decides the answers, in a line."""
    pictures = json.dumps([(picture.image_id, picture.name) for picture in wanted])
    return json.dumps(
        {
            "model": detector.bundle.digest,
            "settings": asdict(settings),
            "pictures": hashlib.sha256(pictures.encode()).hexdigest(),
        },
        sort_keys=True,
    )


def _classes(detector: "Detector") -> tuple[tuple[int, str], ...]:
    labels, background = detector.bundle.labels, detector.bundle.manifest.outputs.background
    return tuple(
        (class_id, name)
        for column, (class_id, name) in enumerate(zip(labels.class_ids, labels.names, strict=True))
        if column != background
    )
