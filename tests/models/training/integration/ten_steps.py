"""Ten steps of a network on whatever backend Keras has here; prints the losses as JSON.

Run by ``test_backends.py`` once on TensorFlow and once on JAX, each in an environment of its own.
"""

import json
import sys
from pathlib import Path

import keras

from models.training.augmentation import Augmentation
from models.training.detection import Detection
from models.training.loader import Loader, Preparer
from models.training.matching import Matcher
from models.training.recipe import OptimizerRecipe, Recipe, rate_at
from models.training.sources import find_start
from models.training.starting import draw_weights
from tests.models.training.conftest import draw_squares, small_network

STEPS = 10


def main(folder: Path, which: str) -> None:
    pictures = draw_squares(folder, 20, empty={3})
    recipe = Recipe(batch=4, epochs=2, optimizer=OptimizerRecipe(clip=5, average=0.9))
    if which == "ssdlite":
        start = find_start(recipe, ("red", "green"), (1, 2))
        network, weights = start.network, start.weights
    else:
        network = small_network(which)
        weights = draw_weights(network, 0)
    model = Detection(network, weights, recipe.loss)
    model.prepare(recipe.optimizer, heads_only=False)
    augmentation = Augmentation(recipe.augmentation, network.input_size, (127.0,) * 3)
    loader = Loader(Preparer(pictures, augmentation, Matcher(network), 0), recipe.batch)
    losses = []
    for epoch in range(recipe.epochs):
        for batch in loader.batches(0, epoch):
            rate = rate_at(recipe.rate, (len(losses) + 1) / STEPS)
            losses.append(model.learn(batch, rate)["loss"])
    loader.close()
    scores, offsets = model.answer(batch.pixels)
    print(
        json.dumps(
            {
                "backend": keras.backend.backend(),
                "losses": losses,
                "answers": [float(abs(scores).mean()), float(abs(offsets).mean())],
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
