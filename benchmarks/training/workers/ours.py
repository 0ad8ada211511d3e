"""This project's side: prints pictures a processor second, as JSON."""

import json
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.training.scenes import CLASSES
from models.datasets.record import Annotated
from models.training.augmentation import Augmentation
from models.training.loader import Batch, Preparer
from models.training.matching import Matcher
from models.training.recipe import Recipe
from models.training.sources import find_start

WARM = 1


def main(scenes: Path, network: str, batch: int, steps: int) -> None:
    """Prepares all scenes twice, then takes some steps."""
    pictures = [
        Annotated(
            index + 1, str(index), Path(each["file"]), tuple(each["size"]),
            np.array(each["boxes"], np.float32)[:, [1, 0, 3, 2]], np.array(each["labels"], np.intp),
            np.zeros(len(each["labels"]), bool), np.zeros(len(each["labels"]), bool),
        )
        for index, each in enumerate(json.loads(scenes.read_text()))
    ]  # fmt: skip
    recipe = Recipe(network=network, start="fresh", batch=batch)
    names = tuple(map(str, range(CLASSES)))
    start = find_start(recipe, names, tuple(range(1, CLASSES + 1)))
    augmentation = Augmentation(recipe.augmentation, start.network.input_size, (127.0,) * 3)
    preparer = Preparer(pictures, augmentation, Matcher(start.network), 0)
    prepared = [preparer(index, 0, index) for index in range(len(pictures))]
    started = time.process_time()
    for epoch in (1, 2):
        prepared = [preparer(index, epoch, index) for index in range(len(pictures))]
    speed = {"prepared": 2 * len(pictures) / (time.process_time() - started)}
    if steps:
        from models.training.detection import Detection

        model = Detection(start.network, start.weights, recipe.loss)
        model.prepare(recipe.optimizer, heads_only=False)
        chosen = [prepared[index % len(prepared)] for index in range(batch)]
        learnt = Batch(
            np.stack([pixels for pixels, _ in chosen]),
            np.stack([targets.columns for _, targets in chosen]),
            np.stack([targets.offsets for _, targets in chosen]),
            (),
        )
        for step in range(WARM + steps):
            if step == WARM:
                started = time.process_time()
            model.learn(learnt, 1e-3)
        speed["learnt"] = steps * batch / (time.process_time() - started)
    print(json.dumps(speed))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
