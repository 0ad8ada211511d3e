"""The same annotated pictures, written in each layout that is read."""

import json
import shutil
from dataclasses import dataclass

import numpy as np
import yaml
from PIL import Image

NAMES = ("cat", "dog", "zebra")
SPLITS = ("train", "val")


@dataclass(frozen=True)
class Picture:
    """Boxes are (class, ymin, xmin, ymax, xmax) in whole pixels."""

    name: str
    size: tuple
    split: str
    boxes: tuple


PICTURES = (
    Picture("a.png", (40, 60), "train", ((2, 0, 0, 40, 60), (0, 5, 7, 6, 9))),
    Picture("b.jpg", (50, 30), "train", ((1, 10, 11, 49, 29),)),
    Picture("c.png", (33, 47), "val", ((0, 1, 2, 3, 4), (0, 1, 2, 3, 4), (1, 30, 40, 33, 47))),
    Picture("d.png", (8, 8), "val", ()),
)


def write_pictures(folder, inside=lambda picture: ""):
    for picture in PICTURES:
        file = folder / inside(picture) / picture.name
        file.parent.mkdir(parents=True, exist_ok=True)
        chance = np.random.default_rng(picture.size)
        pixels = chance.integers(0, 256, (*picture.size, 3), np.uint8)
        Image.fromarray(pixels).save(file)


def write_coco(folder):
    write_pictures(folder / "images")
    (folder / "annotations").mkdir()
    for split in SPLITS:
        images, annotations = [], []
        for number, picture in enumerate(PICTURES, 1):
            if picture.split != split:
                continue
            height, width = picture.size
            entry = {"id": number, "file_name": picture.name, "height": height, "width": width}
            images.append(entry)
            for column, ymin, xmin, ymax, xmax in picture.boxes:
                box = [xmin, ymin, xmax - xmin, ymax - ymin]
                annotations.append(
                    {"id": 10 * number + len(annotations), "image_id": number,
                     "category_id": column + 1, "bbox": box}
                )  # fmt: skip
        document = {
            "images": images, "annotations": annotations,
            "categories": [{"id": at, "name": name} for at, name in enumerate(NAMES, 1)],
        }  # fmt: skip
        file = folder / f"annotations/instances_{split}.json"
        file.write_text(json.dumps(document))


def write_voc(folder):
    write_pictures(folder / "JPEGImages")
    (folder / "Annotations").mkdir()
    (folder / "ImageSets/Main").mkdir(parents=True)
    for picture in PICTURES:
        height, width = picture.size
        objects = "".join(
            f"<object><name>{NAMES[column]}</name><bndbox><xmin>{xmin + 1}</xmin>"
            f"<ymin>{ymin + 1}</ymin><xmax>{xmax}</xmax><ymax>{ymax}</ymax></bndbox></object>"
            for column, ymin, xmin, ymax, xmax in picture.boxes
        )
        file = folder / f"Annotations/{picture.name.split('.')[0]}.xml"
        file.write_text(
            f"<annotation><filename>{picture.name}</filename><size><width>{width}</width>"
            f"<height>{height}</height><depth>3</depth></size>{objects}</annotation>"
        )
        with (folder / f"ImageSets/Main/{picture.split}.txt").open("a") as listed:
            listed.write(f"{picture.name.split('.')[0]}\n")


def write_yolo(folder):
    """With images and labels below each split, as tools export it."""
    for kind in ("images", "labels"):
        for split in SPLITS:
            (folder / split / kind).mkdir(parents=True)
    write_pictures(folder, lambda picture: f"{picture.split}/images")
    (folder / "data.yaml").write_text(yaml.safe_dump({"names": list(NAMES), "train": "train"}))
    _write_texts(lambda picture: folder / picture.split / "labels")


def write_yolo_in_two_folders(folder):
    write_pictures(folder / "images", lambda picture: picture.split)
    (folder / "dataset.yaml").write_text(yaml.safe_dump({"names": dict(enumerate(NAMES))}))
    _write_texts(lambda picture: folder / "labels" / picture.split)


def _write_texts(place):
    for picture in PICTURES:
        height, width = picture.size
        lines = [
            f"{column} {(xmin + xmax) / 2 / width:.8f} {(ymin + ymax) / 2 / height:.8f} "
            f"{(xmax - xmin) / width:.8f} {(ymax - ymin) / height:.8f}\n"
            for column, ymin, xmin, ymax, xmax in picture.boxes
        ]
        place(picture).mkdir(parents=True, exist_ok=True)
        if lines:  # a picture without objects has no text file
            (place(picture) / f"{picture.name.split('.')[0]}.txt").write_text("".join(lines))


WRITERS = {
    "coco": (write_coco, "coco"),
    "voc": (write_voc, "voc"),
    "yolo": (write_yolo, "yolo"),
    "yolo in two folders": (write_yolo_in_two_folders, "yolo"),
}


def empty(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
