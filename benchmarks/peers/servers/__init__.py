"""Other servers with the same network, each as its own documentation would have it done."""
