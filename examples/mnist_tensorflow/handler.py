"""Tells the digit in a picture: {"digit": 7, "confidence": 0.99, "probabilities": [...]}."""

import hashlib
import os
from pathlib import Path

import numpy as np
import tensorflow as tf
from mnist.picture import read_picture

MODEL = Path(__file__).parent / os.environ.get("MODEL", "model")
tf.config.threading.set_intra_op_parallelism_threads(1)  # the network is too small for more


class Handler:
    """The SavedModel, loaded once."""

    def __init__(self):
        if not (MODEL / "saved_model.pb").is_file():
            raise FileNotFoundError(f"no SavedModel in {MODEL}: train.py writes one")
        self._model = tf.saved_model.load(str(MODEL))  # its signature works while this is kept
        self._run = self._model.signatures["serving_default"]
        (self._input,) = self._run.structured_input_signature[1]
        self.info = {"model": _digest(MODEL)}

    def warm(self):
        """One call before the first one."""
        self._probabilities(np.zeros((28, 28), np.float32))

    def __call__(self, request):
        """Answers a picture, raw or as base64."""
        found = self._probabilities(read_picture(request.input))
        digit = int(found.argmax())
        return {
            "digit": digit,
            "confidence": round(float(found[digit]), 4),
            "probabilities": [round(float(each), 4) for each in found],
        }

    def _probabilities(self, image):
        (answer,) = self._run(**{self._input: tf.constant(image[None])}).values()
        return answer.numpy()[0]


def _digest(folder):
    """Of all files of the model: a batch that was interrupted goes on with the same one only."""
    digest = hashlib.sha256()
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        digest.update(file.read_bytes())
    return digest.hexdigest()
