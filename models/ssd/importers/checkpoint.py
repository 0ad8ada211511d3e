"""TensorFlow 1 checkpoints read and written, variable by variable, by TensorFlow 2 alone.

Both formats are read: ``.index`` with ``.data-...`` files beside it (V2), and one file (V1).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from ..nets.layers import Floats
from .errors import UnreadableModel

_TYPES = ("float32", "float64", "float16", "bfloat16")
# TensorFlow's reader raises its own errors and, for some kinds of damage, Python's.
_FAILURES = (tf.errors.OpError, LookupError, ValueError, RuntimeError)


class Checkpoint:
    """An open checkpoint.

    Args:
        prefix: Path that its files begin with; the file itself in the V1 format.
        name: What a person calls it.

    Attributes:
        shapes: Shape of every variable by name.

    Raises:
        UnreadableModel: There is none, or it is damaged.
    """

    def __init__(self, prefix: Path, name: str) -> None:
        self._name = name
        try:
            self._reader = tf.train.load_checkpoint(str(prefix))
            shapes = self._reader.get_variable_to_shape_map()
            self._types = self._reader.get_variable_to_dtype_map()
        except _FAILURES as error:
            raise self._damaged("its index cannot be read") from error
        self.shapes: dict[str, tuple[int, ...]] = {
            variable: tuple(shape) for variable, shape in shapes.items()
        }

    def read(self, variable: str) -> Floats:
        """Reads a variable.

        Args:
            variable: Its name.

        Returns:
            float32 of the variable's shape; other floating-point types are converted.

        Raises:
            UnreadableModel: Its data is damaged, it holds no numbers of a known type, or one of
                them is infinite or not a number.
        """
        kind = self._types[variable].name
        if kind not in _TYPES:
            raise UnreadableModel(
                f"variable {variable} of {self._name} holds {kind}, "
                f"allowed are {', '.join(_TYPES)}: is it a checkpoint of this network?"
            )
        try:
            values = self._reader.get_tensor(variable)
        except _FAILURES as error:
            raise self._damaged(f"variable {variable} cannot be read") from error
        with np.errstate(over="ignore"):  # what float32 cannot hold is told below
            array = np.asarray(values, np.float32)
        broken = int(np.count_nonzero(~np.isfinite(array)))
        if broken:
            raise UnreadableModel(
                f"variable {variable} of {self._name} has {broken} of {array.size} values that are "
                "infinite or not a number: the checkpoint is damaged, or its training had diverged"
            )
        return array

    def _damaged(self, what: str) -> UnreadableModel:
        return UnreadableModel(
            f"{self._name} is not a whole TensorFlow checkpoint: {what}; fetch or copy it again"
        )


def write_checkpoint(prefix: Path, variables: Mapping[str, Floats]) -> None:
    """Writes a checkpoint in the V2 format, as TensorFlow 1 does: the inverse of reading one.

    Args:
        prefix: Path that its two files are to begin with.
        variables: float32 arrays by name.
    """
    names = sorted(variables)
    tensors: list[Any] = [tf.constant(variables[name], tf.float32) for name in names]
    tf.raw_ops.SaveV2(
        prefix=str(prefix), tensor_names=names, shape_and_slices=[""] * len(names), tensors=tensors
    )
