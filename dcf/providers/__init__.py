"""Where functions run: the port every provider answers, and the providers."""
