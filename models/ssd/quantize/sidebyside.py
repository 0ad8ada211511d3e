"""The tensors of the float network and of the quantized one, for as long as layers need them."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..convert.bundle import int8_input
from ..convert.grids import Grid
from ..nets.layers import INPUT, Floats, Layer, Network


class Tensors:
    """Holds both versions of each tensor until its last reader has had it.

    Attributes:
        network: The layers.
        grids: Grid of every tensor.
        exact: What the float network has, by name.
    """

    def __init__(self, network: Network, grids: Mapping[str, Grid], images: Floats) -> None:
        self.network, self.grids = network, grids
        self.exact: dict[str, Floats] = {INPUT: images}
        integers = int8_input(network, images)
        if integers is None:
            integers = grids[INPUT].quantize(images)
        self._integers: dict[str, npt.NDArray[np.int8]] = {INPUT: integers}
        self._unread = {
            name: len(network.consumers(name))
            for name in (INPUT, *(layer.name for layer in network.layers))
        }

    def quantized(self, name: str) -> Floats:
        """What the quantized network has, as numbers."""
        return self.grids[name].dequantize(self._integers[name])

    def put(self, layer: Layer, exact: Floats, quantized: Floats) -> None:
        """Takes both results of a layer, before activation, and forgets what nobody reads now."""
        if layer.activation != "linear":
            exact, quantized = np.clip(exact, *layer.clip), np.clip(quantized, *layer.clip)
        if self._unread[layer.name]:
            self.exact[layer.name] = exact
            self._integers[layer.name] = self.grids[layer.name].quantize(quantized)
        for name in layer.inputs:
            self._unread[name] -= 1
            if not self._unread[name]:
                del self.exact[name], self._integers[name]
