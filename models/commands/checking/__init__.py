"""What `ssd check` does: the code beside what others computed, and how far they are apart."""
