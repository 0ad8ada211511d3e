"""Programs that `python -m benchmarks.scale` starts."""
