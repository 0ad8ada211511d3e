"""Calls that are answered later: kept on disk, delivered at least once."""
