"""Training here beside torchvision's: pictures prepared, and pictures learnt from."""
