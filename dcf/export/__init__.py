"""What other platforms want to read, written from a config file."""
