"""How a function goes from one revision to the next: a machine without processes, and its port."""
