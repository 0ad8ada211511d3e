"""Databases whose loss is noticed: what is missing or damaged is said, never started over."""
