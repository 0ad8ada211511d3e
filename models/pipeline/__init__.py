"""From pictures to a model that serves, step by step; only what has changed is done again."""
