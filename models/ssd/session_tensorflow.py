"""The session on TensorFlow: a SavedModel, for a GPU. No other serving file names TensorFlow."""

import numpy as np

from .bundle import Bundle
from .errors import BundleError
from .session_port import Outputs, Tensor

try:
    import tensorflow as tf
except ImportError as missing:
    raise BundleError(
        "this bundle runs on TensorFlow, which is not installed: pip install tensorflow"
    ) from missing


class TensorFlowSession:
    """A SavedModel whose ``serving_default`` signature maps the tensor to named outputs."""

    def __init__(self, bundle: Bundle) -> None:
        manifest = bundle.manifest
        try:
            self._model = tf.saved_model.load(str(bundle.path / manifest.graph))
            self._call = self._model.signatures["serving_default"]
        # TensorFlow raises a different class for each way a model cannot be read.
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise BundleError(
                f"{manifest.graph} is not a SavedModel TensorFlow can load"
            ) from error
        self._outputs = manifest.outputs
        missing = {*self._outputs.scores, *self._outputs.offsets} - set(
            self._call.structured_outputs
        )
        if missing:
            raise BundleError(f"the SavedModel has no output {min(missing)!r}")

    def run(self, tensor: Tensor, others: int = 0) -> Outputs:
        """Runs the network, see ``Session.run``."""
        del others  # TensorFlow shares its threads between calls by itself
        (name,) = self._call.structured_input_signature[1]
        answers = self._call(**{name: tf.constant(tensor)})
        count, columns = len(tensor), len(self._outputs.class_ids)
        scores = [
            np.asarray(answers[name], np.float32).reshape(count, -1, columns)
            for name in self._outputs.scores
        ]
        offsets = [
            np.asarray(answers[name], np.float32).reshape(count, -1, 4)
            for name in self._outputs.offsets
        ]
        return np.concatenate(scores, axis=1), np.concatenate(offsets, axis=1)
