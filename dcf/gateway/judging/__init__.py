"""Judges a canary or shadow by its answers beside those of the revision that serves."""
