"""Writes a network as ONNX and runs it: ``run_onnx FOLDER``, in the environment of other engines.

FOLDER/network.pickle is (network, weights, image), written by the test that starts this.
"""

import pickle
import sys
from pathlib import Path

import numpy as np
import onnxruntime

from benchmarks.engines.workers.onnx_graph import onnx_model

folder = Path(sys.argv[1])
network, weights, image = pickle.loads((folder / "network.pickle").read_bytes())
model = onnx_model(network, weights).SerializeToString()
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
answers = session.run(list(network.heads), {"image": image})
np.savez(folder / "answers.npz", **dict(zip(network.heads, answers, strict=True)))
