import json
from pathlib import Path

import tensorflow as tf

from cores import usable_cores

MODEL = Path(__file__).with_name("model")
tf.config.threading.set_intra_op_parallelism_threads(usable_cores())


class BadInput(Exception):
    """The caller's mistake: `code` makes it status 400, `message` is what the caller reads."""

    code = "bad_option"

    def __init__(self, message):
        super().__init__(message)
        self.message = message


class Handler:
    """Runs the signature serving_default of the SavedModel in the folder `model`.

    {"instances": [...]} in, {"predictions": [...]} out, one for each. An instance is a nested list of
    numbers, or, where the model has several inputs, {"input": ..., "other": ...}; predictions likewise.
    """

    def __init__(self):
        if not (MODEL / "saved_model.pb").is_file():
            raise FileNotFoundError(f"no SavedModel in {MODEL}: model.export() of Keras writes one")
        self._model = tf.saved_model.load(str(MODEL))  # the signature works while this is kept
        self._run = self._model.signatures["serving_default"]
        self._inputs = self._run.structured_input_signature[1]

    def warm(self):
        """Runs before the first call: TensorFlow prepares a graph when it first runs."""
        self._run(
            **{
                name: tf.zeros([size or 1 for size in spec.shape], spec.dtype)
                for name, spec in self._inputs.items()
            }
        )

    def __call__(self, req):
        """Runs for every call: req.input is what came, as bytes."""
        rows = self._rows(req.input)
        outputs = self._run(**{name: self._tensor(name, rows) for name in self._inputs})
        lists = {name: tensor.numpy().tolist() for name, tensor in outputs.items()}
        if len(lists) == 1:
            return {"predictions": next(iter(lists.values()))}
        return {
            "predictions": [
                dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)
            ]
        }

    def _rows(self, body):
        try:
            rows = json.loads(body)["instances"]
        except (ValueError, KeyError, TypeError):
            rows = None
        if not isinstance(rows, list) or not rows:
            raise BadInput('send {"instances": [...]}, at least one')
        return rows

    def _tensor(self, name, rows):
        spec = self._inputs[name]
        try:
            values = rows if len(self._inputs) == 1 else [row[name] for row in rows]
            tensor = tf.constant(values, spec.dtype)
        except (ValueError, TypeError, KeyError):
            tensor = None
        if tensor is None or not spec.shape.is_compatible_with(tensor.shape):
            wanted = [size or "any" for size in spec.shape[1:]]
            raise BadInput(f"each instance's {name} must be {spec.dtype.name} of shape {wanted}")
        return tensor
