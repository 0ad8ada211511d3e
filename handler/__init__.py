"""The function: what a user copies and edits first."""
