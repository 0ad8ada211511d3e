"""From a folder, a file and a name to a handler of one shape."""
