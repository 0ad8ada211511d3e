"""What both sides prepare and learn: the sample photos, with boxes drawn at random."""

import json
import random
from pathlib import Path

COUNT = 48
CLASSES = 10


def write_scenes(samples: Path, out: Path) -> Path:
    """Writes a list of pictures with their boxes, the same ones every time."""
    from PIL import Image

    chance = random.Random(0)
    files = sorted(samples.glob("*.jpg"))
    scenes = []
    for index in range(COUNT):
        file = files[index % len(files)]
        with Image.open(file) as picture:
            width, height = picture.size
        boxes = []
        for _ in range(chance.randint(1, 6)):
            side = chance.randint(min(width, height) // 10, min(width, height) // 2)
            left, top = chance.randint(0, width - side), chance.randint(0, height - side)
            boxes.append([left, top, left + side, top + side])
        labels = [chance.randrange(CLASSES) for _ in boxes]
        scenes.append(
            {"file": str(file), "size": [height, width], "boxes": boxes, "labels": labels}
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(scenes))
    return out
