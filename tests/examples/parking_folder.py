"""A miniature of the challenge's folder: shapes like cars and people, Korean names, zips."""

import json
import zipfile

import cv2
import numpy as np

CITIES = ("경기도", "서울", "부산")
HEIGHT, WIDTH = 240, 320
_COLORS = {1: (200, 60, 40), 3: (60, 200, 60), 8: (40, 80, 220)}


def name_of(at):
    """A name as the challenge gives them; its second part is the city."""
    return f"2020110{at % 9}_{CITIES[at % 3]}_-_-_맑음_주간_실외_right_000079_{at:07}.png"


def picture(seed):
    """PNG bytes, and `(class id, [x, y, width, height])` of each object in it."""
    random = np.random.default_rng(seed)
    pixels = random.integers(90, 130, (HEIGHT, WIDTH, 3), np.uint8)
    objects = []
    for at, class_id in enumerate(random.permutation(list(_COLORS))[:2].tolist()):
        x, y = 10 + 155 * at + int(random.integers(20)), 40 + int(random.integers(80))
        width, height = (60, 100) if class_id == 8 else (110, 60)
        cv2.rectangle(pixels, (x, y), (x + width - 1, y + height - 1), _COLORS[class_id], -1)
        for wheel in (x + 25, x + width - 25):
            cv2.circle(pixels, (wheel, y + height - 12), 11, (20, 20, 20), -1)
        objects.append((class_id, [x, y, width, height]))
    return cv2.imencode(".png", pixels)[1].tobytes(), objects


def make_parking(data, trained=18, tested=4):
    """`train.zip` and `test.zip` as a Korean Windows packs them, and the sample of answers."""
    data.mkdir()
    images, annotations, files = [], [], {}
    for image_id in range(1, trained + 1):
        content, objects = picture(image_id)
        files[f"train/images/{name_of(image_id)}"] = content
        images.append({"id": image_id, "file_name": name_of(image_id)})
        annotations += [
            {"image_id": image_id, "category_id": class_id, "bbox": box}
            for class_id, box in objects
        ]
    document = {"images": images, "annotations": annotations}
    files["train/label/Train.json"] = json.dumps(document, ensure_ascii=False).encode()
    pack(data / "train.zip", files, "cp949")
    wanted = [{"id": 500 - at, "file_name": name_of(100 + at)} for at in range(tested)]
    files = {f"test/images/{each['file_name']}": picture(each["id"])[0] for each in wanted}
    listed = json.dumps({"images": wanted}, ensure_ascii=False).encode()
    pack(data / "test.zip", files, "utf-8")
    (data / "Test_Images_Information.json").write_bytes(listed)
    sample = [{"score": 0.5, "bbox": [0, 0, 1, 1], "category_id": 1, "image_id": 1, "memo": ""}]
    (data / "sample_submission.json").write_text(json.dumps(sample))
    return wanted


class Unmarked(zipfile.ZipInfo):
    """An entry whose name is in an encoding that nothing in the zip tells."""

    encoding = "utf-8"

    def _encodeFilenameFlags(self):
        return self.filename.encode(self.encoding), self.flag_bits


def pack(archive, files, encoding):
    """A zip as tools of other times write it."""
    with zipfile.ZipFile(archive, "w") as opened:
        for name, content in files.items():
            entry = Unmarked(name)
            entry.encoding = encoding
            opened.writestr(entry, content)
