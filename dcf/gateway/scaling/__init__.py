"""How many replicas functions have by their load, and calls that wait for the first one."""
