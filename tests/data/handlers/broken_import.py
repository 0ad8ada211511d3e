"""Fails while it is imported."""


def deep():
    raise RuntimeError("no model here")


deep()
