"""Other servers with the same network: ``python -m benchmarks.peers``."""
