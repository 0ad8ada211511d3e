"""Files of annotations, as tools and people write them: JSON, XML, or text, by their first byte."""

import contextlib
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from models.datasets.errors import DataSetError
from models.datasets.reading import read_data_set
from models.datasets.tolerance import ANY

WORDS = (
    b'"id"', b'"file_name": "a.png"', b'"image_id": 1', b'"category_id": 1', b'"bbox": [', b"NaN",
    b"Infinity", b"1e999", b"-0", b"null", b"[[", b"<object>", b"<name>", b"<bndbox>", b"<xmin>",
    b"<!ENTITY a 'b'>", b"<!DOCTYPE a [", b"&a;", b"<![CDATA[", b"</annotation>", b"0 0.5 0.5 ",
    b"nan", b"inf", b"\n", b"0x1", b"1_0", b"..", b"/", b"\xff",
)  # fmt: skip
_FOLDER = tempfile.TemporaryDirectory(prefix="fuzz-annotations-")
_ROOT = Path(_FOLDER.name)
for _layout in ("coco", "voc", "yolo"):
    (_ROOT / _layout).mkdir()
    Image.new("RGB", (60, 40)).save(_ROOT / _layout / "a.png")
(_ROOT / "yolo/classes.txt").write_text("cat\ndog\n")


def one(data):
    if data[:1] == b"{":
        layout, file = "coco", "instances.json"
    elif data[:1] == b"<":
        layout, file = "voc", "a.xml"
    else:
        layout, file = "yolo", "a.txt"
    (_ROOT / layout / file).write_bytes(data)
    with contextlib.suppress(DataSetError):
        read = read_data_set(_ROOT / layout, layout=layout, tolerance=ANY)
        for picture in read.pictures:
            assert (picture.size, picture.file) == ((40, 60), _ROOT / layout / "a.png")
            assert np.isfinite(picture.boxes).all()
            assert (picture.boxes[:, :2] >= 0).all()
            assert (picture.boxes[:, 2:] <= (40, 60)).all()
            assert (picture.boxes[:, :2] < picture.boxes[:, 2:]).all()
            assert (picture.columns < len(read.names)).all()
        assert all("\n" not in bad.where for bad in read.bad)
