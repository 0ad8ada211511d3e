"""The life of a model of digits: a table, a search, the best of all trials, a cloud function."""
