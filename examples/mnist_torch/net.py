"""The network of both train.py and handler.py."""

from torch import nn


class Net(nn.Module):
    """Two convolutions and two dense layers, the first of a given width."""

    def __init__(self, hidden=64):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(800, hidden), nn.ReLU(), nn.Linear(hidden, 10),
        )  # fmt: skip

    def forward(self, images):
        """Float32 [N, 28, 28], 0 paper to 1 ink, to the logits of ten digits, [N, 10]."""
        return self.layers(images[:, None])
