"""From a model to the function that serves it, through the function's gateway."""
