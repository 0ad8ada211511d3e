"""The batch door: every file of a folder through the handler once, one answer for a judge."""
