"""The dcf command, the gateway and its providers."""

__version__ = "0.1.0"
