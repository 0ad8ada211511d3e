"""The verbs of the dcf command, one a file."""
