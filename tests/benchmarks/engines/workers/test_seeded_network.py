"""The seeded network is the same each time, and whole."""

import numpy as np

from benchmarks.engines.workers.seeded_network import seeded_network, seeded_variables
from models.ssd.nets.layers import check_weights


def test_weights_come_from_the_seed_and_fit_the_network():
    network, weights = seeded_network()
    check_weights(network, weights)
    name, value = next(iter(seeded_variables(network).items()))
    assert np.array_equal(value, seeded_variables(network)[name])
