"""Training and measuring of networks. Offline; evaluation alone needs no TensorFlow."""
