"""Trains the smallest network there is, in numpy, with the examples' loop."""

import os
import time
from pathlib import Path

import numpy as np
from mnist.checkpoint import write_whole
from mnist.training import arguments, run


class Learner:
    """Softmax regression with momentum, so that going on takes more than the weights."""

    name, device = "numpy", "CPU"

    def __init__(self, seed, rate, hidden):
        self._rate, self._steps = rate, 0
        self._weights = np.random.default_rng(seed).normal(0, 0.01, (784, 10))
        self._speed = np.zeros((784, 10))

    def learn(self, images, labels):
        time.sleep(float(os.environ.get("STEP_SECONDS", "0")))
        self._steps += 1
        if str(self._steps) == os.environ.get("HOLD_STEP"):
            hold(Path(os.environ["GATE"]))
        found = self.probabilities(images)
        wanted = np.eye(10)[labels]
        flat = images.reshape(len(images), -1)
        self._speed = 0.9 * self._speed - self._rate * flat.T @ (found - wanted) / len(images)
        self._weights = self._weights + self._speed
        return float(-np.log(found[wanted > 0] + 1e-9).mean())

    def probabilities(self, images):
        logits = images.reshape(len(images), -1) @ self._weights
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def save(self, file, told):
        with file.open("wb") as stream:
            np.savez(stream, told=told, weights=self._weights, speed=self._speed)

    def restore(self, file):
        with np.load(file) as kept:
            self._weights, self._speed = kept["weights"], kept["speed"]
            return str(kept["told"])

    def export(self, folder):
        write_whole(Path(folder) / "weights", self._weights.tobytes())
        return "weights"


def hold(gate):
    """Says by a file that the step is reached, and stays there until another one is made."""
    gate.with_suffix(".reached").touch()
    while not gate.exists():
        time.sleep(0.005)


if __name__ == "__main__":
    run(arguments(__doc__), Learner)
