"""The container images: ``python -m benchmarks.image``."""
