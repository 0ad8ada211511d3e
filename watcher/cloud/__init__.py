"""Under functions-framework: the function, its events, and pictures in buckets."""
