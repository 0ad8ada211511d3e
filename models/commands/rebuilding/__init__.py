"""Rebuilding of the embedded bundles from packages of public registries, step by step."""
