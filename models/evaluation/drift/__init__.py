"""Whether what a function sees now looks like what its model was evaluated on."""
