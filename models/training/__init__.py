"""Losses, augmentation and the loop that learns: Keras 3 alone, on any of its backends."""
