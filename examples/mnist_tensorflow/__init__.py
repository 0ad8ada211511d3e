"""Digits by TensorFlow: train.py learns them, handler.py tells them."""
