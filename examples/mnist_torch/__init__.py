"""Digits by PyTorch: train.py learns them, handler.py tells them."""
