"""Writes a checkpoint of the seeded weights: ``seeded_checkpoint FOLDER``."""

import sys
from pathlib import Path

import tensorflow as tf

from benchmarks.engine_workers.seeded_network import seeded_variables
from models.ssd.nets.vgg16 import ssd300_vgg16

NAME = "ssd_300_vgg.ckpt"


def main(folder: Path) -> None:
    """Writes it: the names and shapes of the published one, and its format."""
    folder.mkdir(parents=True)
    variables = seeded_variables(ssd300_vgg16())
    tf.raw_ops.SaveV2(
        prefix=str(folder / NAME),
        tensor_names=list(variables),
        shape_and_slices=[""] * len(variables),
        tensors=[tf.constant(value) for value in variables.values()],
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
