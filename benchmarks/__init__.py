"""Benchmarks: each prints rows of a table with ratios measured in one run; none is a timed test."""
