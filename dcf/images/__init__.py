"""Container images of functions, by the command line of docker or of what is called like it."""
