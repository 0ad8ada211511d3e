"""Importers: one file a source format, from a file of weights to a network's weights. Offline."""
