"""SSD-300 VGG16 on several inference engines: ``python -m benchmarks.engines``."""
