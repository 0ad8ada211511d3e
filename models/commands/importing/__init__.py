"""What `ssd import` does: a checkpoint read, converted, compared and written as a bundle."""
