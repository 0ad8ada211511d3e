"""SSD-300 VGG16 with weights drawn from a seed, which change no time: what every engine runs."""

from models.ssd.importers.seeded import seeded_variable
from models.ssd.importers.slim import network_weights, variable_shapes
from models.ssd.nets.layers import Floats, LayerWeights, Network
from models.ssd.nets.vgg16 import ssd300_vgg16

SEED = 1


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
