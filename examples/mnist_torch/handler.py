"""Tells the digit in a picture: {"digit": 7, "confidence": 0.99, "probabilities": [...]}."""

import hashlib
import os
from pathlib import Path

import numpy as np
import torch
from mnist.picture import read_picture

from .net import Net

WEIGHTS = Path(__file__).parent / os.environ.get("WEIGHTS", "weights.pt")


class Handler:
    """The network, loaded once."""

    def __init__(self):
        if not WEIGHTS.is_file():
            raise FileNotFoundError(f"no weights in {WEIGHTS}: train.py writes them")
        torch.set_num_threads(1)  # so small a network is done before a second one has woken up
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        state = torch.load(WEIGHTS, self._device, weights_only=True)
        self._net = Net(hidden=len(state["layers.7.bias"])).eval().to(self._device)
        self._net.load_state_dict(state)
        self.info = {"weights": hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()}

    def warm(self):
        """One call before the first one."""
        self._probabilities(np.zeros((28, 28), np.float32))

    def __call__(self, request):
        """Answers a picture, raw or as base64."""
        found = self._probabilities(read_picture(request.input))
        digit = int(found.argmax())
        return {
            "digit": digit,
            "confidence": round(float(found[digit]), 4),
            "probabilities": [round(float(each), 4) for each in found],
        }

    @torch.inference_mode()
    def _probabilities(self, image):
        images = torch.from_numpy(image[None]).to(self._device)
        return self._net(images)[0].softmax(dim=0).cpu().numpy()
