"""SSD-300 VGG16 with weights drawn from a seed, which change no time: what every engine runs.

``seeded_network FOLDER`` writes them as a checkpoint, with the names and shapes of the published
one, and in its format.
"""

import sys
from pathlib import Path

from models.ssd.importers.seeded import seeded_variable
from models.ssd.importers.slim import network_weights, variable_shapes
from models.ssd.nets.layers import Floats, LayerWeights, Network
from models.ssd.nets.vgg16 import ssd300_vgg16

SEED = 1
NAME = "ssd_300_vgg.ckpt"


def seeded_network() -> tuple[Network, dict[str, LayerWeights]]:
    """The network and its weights."""
    network = ssd300_vgg16()
    variables = seeded_variables(network)
    shapes = {name: value.shape for name, value in variables.items()}
    return network, network_weights(network, shapes, variables.__getitem__)


def seeded_variables(network: Network) -> dict[str, Floats]:
    """The variables of its checkpoint, float32 by name."""
    return {
        name: seeded_variable(name, shape, SEED) for name, shape in variable_shapes(network).items()
    }


def main(folder: Path) -> None:
    """Writes the checkpoint."""
    import tensorflow as tf

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
