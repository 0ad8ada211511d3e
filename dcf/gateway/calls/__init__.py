"""Calls to functions: which replica, over which connection, counted where."""
