"""What a function is made of, as a tar that may be hostile: reading it, making a folder of it."""
