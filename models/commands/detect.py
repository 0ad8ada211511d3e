"""``ssd detect``: objects in pictures, without a server."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .bundle_type import BUNDLE
from .examples import examples
from .failures import one_line
from .numbers import Number
from .printing import write_heading, write_json_line, write_note, write_row
from .quiet import quiet_engine
from .tiles_type import TILES_TYPE

if TYPE_CHECKING:
    from ..ssd.detector import Answer, Detector
    from ..ssd.formats import PictureFormat
    from ..ssd.settings import Tiles

# A name that leads nowhere is a mistake of the line, told before any work; a folder or a file that
# may not be read is one of many that a shell's star may give.
_IN_FILE = click.Path(exists=True, readable=False, allow_dash=True, path_type=Path)


@examples(
    "ssd detect photo.jpg",
    "ssd detect photo.jpg --threshold 0.3 --classes person,dog --draw boxes.jpg",
    "ssd detect --json a.jpg b.jpg",
)
@click.command(name="detect")
@click.argument("images", nargs=-1, required=True, type=_IN_FILE)
@click.option("--bundle", type=BUNDLE, help="Model to use: a folder, or an embedded one's name.")
@click.option("--threshold", type=Number(0, 1), help="Least confidence of an answer.")
@click.option("--classes", help="Only these, names separated by commas.")
@click.option(
    "--tiles",
    type=TILES_TYPE,
    default="1",
    help="Look at so many tiles a side, too, for small objects; auto: by the image's size.",
)
@click.option(
    "--draw",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the picture with boxes drawn; .jpg or .png. One image only.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON even on a terminal.")
def command(  # noqa: PLR0913, PLR0917 # pylint: disable=too-many-arguments,too-many-positional-arguments # one a flag
    images: tuple[Path, ...],
    bundle: Path | None,
    threshold: float | None,
    classes: str | None,
    tiles: "Tiles",
    draw: Path | None,
    as_json: bool,
) -> None:
    """Finds the objects in IMAGES (- reads standard input).

    A table on a terminal; JSON when the output is piped: a list for one image, and for several an
    object a line, with the name of the file. An image that cannot be read is named on stderr, the
    others are answered, and the exit status is 1.
    """
    from msgspec.structs import replace

    from ..ssd.detector import Detector

    if draw is not None and (len(images) > 1 or draw.suffix.lower() not in _DRAWN):
        raise click.UsageError("--draw takes one image, and a name that ends in .jpg or .png")
    with quiet_engine():
        detector = Detector(bundle)
    settings = replace(
        detector.defaults,
        threshold=detector.defaults.threshold if threshold is None else threshold,
        classes=tuple(word for word in (classes or "").split(",") if word.strip()),
        tiles=tiles,
    )
    # An unknown class is one mistake, not one of each image.
    detector.bundle.labels.columns(settings.classes)
    failed = False
    for image in images:
        try:
            encoded = sys.stdin.buffer.read() if str(image) == "-" else image.read_bytes()
            answer = detector.detect(encoded, settings)
            drawn = _drawn(detector, encoded, answer, draw)
        except Exception as error:  # pylint: disable=broad-exception-caught # sorted by one_line
            _note(str(image), error)
            failed = True
            continue
        objects = answer.detections.objects()
        if sys.stdout.isatty() and not as_json:
            _print_table(str(image), objects, sum(answer.timings_ms.values()))
        elif len(images) == 1:
            write_json_line(objects)
        else:
            write_json_line({"image": str(image), "detections": objects})
        if draw is not None:
            _keep(draw, drawn)
    if failed:
        sys.exit(1)


def _drawn(detector: "Detector", encoded: bytes, answer: "Answer", draw: Path | None) -> bytes:
    """The picture with boxes, as the name it shall have says; nothing without a name."""
    if draw is None:
        return b""
    return detector.draw(encoded, answer.detections, _DRAWN[draw.suffix.lower()])


def _keep(draw: Path, drawn: bytes) -> None:
    try:
        draw.write_bytes(drawn)
    except OSError as fault:
        fault.filename = str(draw)  # a full disk tells no name
        raise


def _note(image: str, error: Exception) -> None:
    """Names an image that failed; a fault of the program still ends it."""
    message = one_line(error)
    if message is None:
        raise error
    # What the system says of a file names it already.
    named = message if getattr(error, "filename", None) else f"{image}: {message}"
    write_note(f"Error: {named}")


_DRAWN: "dict[str, PictureFormat]" = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png"}
_HEADER = f"{'class':<16}{'confidence':>10}{'xmin':>7}{'ymin':>7}{'xmax':>7}{'ymax':>7}"


def _print_table(name: str, objects: list[dict[str, object]], spent_ms: float) -> None:
    write_heading(f"{name}: {len(objects)} objects in {spent_ms:.1f} ms")
    if not objects:
        return
    write_row(_HEADER)
    for found in objects:
        edges = "".join(f"{found[edge]:>7}" for edge in ("xmin", "ymin", "xmax", "ymax"))
        write_row(f"{found['class']!s:<16}{found['confidence']:>10.3f}{edges}")
