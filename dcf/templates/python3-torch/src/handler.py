import json
import os
from pathlib import Path

import torch
from cores import usable_cores
from net import Net

WEIGHTS = Path(__file__).with_name("weights.pt")


class BadInput(Exception):
    """The caller's mistake: `code` makes it status 400, `message` is what the caller reads."""

    code = "bad_option"

    def __init__(self, message):
        super().__init__(message)
        self.message = message


class Handler:
    """Runs `Net` with the weights in weights.pt.

    {"instances": [...]} in, {"predictions": [...]} out, one for each; an instance is a nested list of
    numbers in the shape that Net.shape says.
    """

    def __init__(self):
        if not WEIGHTS.is_file():
            raise FileNotFoundError(
                f"no {WEIGHTS}: torch.save(net.state_dict(), 'weights.pt') writes it"
            )
        calls = int(os.environ.get("CONCURRENCY") or 0) or usable_cores()  # at once, in this process
        torch.set_num_threads(max(1, usable_cores() // calls))
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._net = Net().eval().to(self._device)
        # Numbers only: a file of weights from elsewhere cannot run code here.
        self._net.load_state_dict(torch.load(WEIGHTS, self._device, weights_only=True))

    def warm(self):
        """Runs before the first call: PyTorch prepares much when it first runs."""
        self._run(torch.zeros(1, *Net.shape))

    def __call__(self, req):
        """Runs for every call: req.input is what came, as bytes."""
        return {"predictions": self._run(self._instances(req.input)).tolist()}

    @torch.inference_mode()
    def _run(self, instances):
        return self._net(instances.to(self._device)).cpu()

    def _instances(self, body):
        try:
            tensor = torch.tensor(json.loads(body)["instances"], dtype=torch.float32)
        except (ValueError, KeyError, TypeError, RuntimeError):
            tensor = None
        if tensor is None or tensor.shape[1:] != Net.shape or not len(tensor):
            raise BadInput(
                f'send {{"instances": [...]}}, at least one; each of them numbers of shape {Net.shape}'
            )
        return tensor
