"""Learns digits with PyTorch: `python -m mnist_torch.train --help`."""

import io
import os

import numpy as np
from mnist.training import arguments, run, write_whole

WEIGHTS = "weights.pt"


class Learner:
    """The network, its optimizer, and how both are kept."""

    def __init__(self, seed, rate, hidden):
        import torch

        from .net import Net

        torch.manual_seed(seed)
        torch.set_num_threads(1)  # as quick for so small a network, and the same on every machine
        torch.use_deterministic_algorithms(True, warn_only=True)
        self._torch = torch
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.name = f"PyTorch {torch.__version__}"
        self._net = Net(hidden).to(self.device)
        self._optimizer = torch.optim.Adam(self._net.parameters(), lr=rate)
        self._loss = torch.nn.CrossEntropyLoss()

    def learn(self, images, labels):
        """One step on float32 [N, 28, 28] and uint8 [N]; the loss."""
        self._optimizer.zero_grad()
        wanted = self._torch.from_numpy(labels.astype(np.int64)).to(self.device)
        loss = self._loss(self._net(self._tensor(images)), wanted)
        loss.backward()
        self._optimizer.step()
        return loss.item()

    def probabilities(self, images):
        """Float32 [N, 28, 28] to float32 [N, 10]."""
        with self._torch.inference_mode():
            return self._net(self._tensor(images)).softmax(dim=1).cpu().numpy()

    def save(self, file, told):
        """Everything that going on takes, with a text beside it."""
        state = {
            "net": self._net.state_dict(), "optimizer": self._optimizer.state_dict(), "told": told,
        }  # fmt: skip
        self._torch.save(state, file)

    def restore(self, file):
        """Goes back to what was saved; the text beside it."""
        state = self._torch.load(file, self.device, weights_only=True)
        self._net.load_state_dict(state["net"])
        self._optimizer.load_state_dict(state["optimizer"])
        return state["told"]

    def export(self, folder):
        """What the handler reads; its name."""
        data = io.BytesIO()
        self._torch.save(self._net.cpu().state_dict(), data)
        self._net.to(self.device)
        write_whole(folder / WEIGHTS, data.getvalue())
        return WEIGHTS

    def _tensor(self, images):
        return self._torch.from_numpy(images).to(self.device)


if __name__ == "__main__":
    # A GPU's matrix library asks for this where results are to be the same each time.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    run(arguments(__doc__), Learner)
