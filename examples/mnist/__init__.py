"""What both examples share: digits to learn from, the training loop, pictures to answer."""
