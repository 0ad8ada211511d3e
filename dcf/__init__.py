"""The dcf command, the gateway and its providers."""
