"""Learning: losses, augmentation, the loop. Keras 3 alone; which backend runs it is the environment's choice."""
