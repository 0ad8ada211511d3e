"""Container images: built, pushed and named by digest with the engine's own command line."""
