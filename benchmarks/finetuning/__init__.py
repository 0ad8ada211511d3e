"""Whether training the embedded network on more pictures of its own kind makes it worse."""
