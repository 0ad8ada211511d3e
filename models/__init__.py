"""The detector, its training and its life cycle."""
