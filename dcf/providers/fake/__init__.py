"""A provider in memory that follows a script, for tests."""
