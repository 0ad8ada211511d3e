"""The formats by name."""

from collections.abc import Mapping

from . import challenge, coco, csv_table, voc, yolo
from .port import Format

FORMATS: Mapping[str, Format] = {
    "coco": coco.FORMAT,
    "challenge": challenge.FORMAT,
    "csv": csv_table.FORMAT,
    "voc": voc.FORMAT,
    "yolo": yolo.FORMAT,
}
