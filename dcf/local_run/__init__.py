"""One function on this machine without a gateway."""
