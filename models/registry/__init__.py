"""Models that were made, each once and for ever: what they are, and where they came from."""
