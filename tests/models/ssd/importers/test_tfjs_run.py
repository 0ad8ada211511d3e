import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.ssd.importers.errors import UnreadableModel
from models.ssd.importers.tfjs import GraphModel, Node
from models.ssd.importers.tfjs_run import run_graph_model

pytestmark = pytest.mark.tensorflow


def test_an_unknown_operation_is_named():
    nodes = (Node("a", "Placeholder", ()), Node("b", "Frobnicate", ("a",)))
    with pytest.raises(UnreadableModel, match="node b is a Frobnicate"):
        run_graph_model(GraphModel(nodes, {}), {"a": np.zeros(1)}, "b")


def test_operations_compute_what_tensorflow_does():
    nodes = (
        Node("x", "Placeholder", ()),
        Node("c", "Const", ()),
        Node("sum", "Add", ("x", "c")),
        Node("parts", "Unpack", ("sum",)),
        Node("second", "Mul", ("parts:1", "parts")),
    )
    model = GraphModel(nodes, {"c": np.array([1.0, 2.0], np.float32)})
    answer = run_graph_model(model, {"x": np.array([3.0, 4.0], np.float32)}, "second")
    assert answer == pytest.approx(24.0)


def test_what_lies_before_a_fed_node_is_not_computed():
    nodes = (Node("a", "Frobnicate", ()), Node("b", "Exp", ("a",)))
    answer = run_graph_model(GraphModel(nodes, {}), {"a": np.zeros(2, np.float32)}, "b")
    assert answer.tolist() == [1, 1]


def test_a_graph_deeper_than_pythons_stack():
    nodes = [Node("n0", "Placeholder", ())]
    nodes += [Node(f"n{index}", "Relu6", (f"n{index - 1}",)) for index in range(1, 3000)]
    answer = run_graph_model(GraphModel(tuple(nodes), {}), {"n0": np.float32([-1, 9])}, "n2999")
    assert answer.tolist() == [0, 6]


def test_a_batch_norm_and_a_convolution_by_hand():
    attributes = {"strides": {"list": {"i": ["1", "2", "2", "1"]}}}
    nodes = (
        Node("x", "Placeholder", ()),
        Node("kernel", "Const", ()),
        *(Node(name, "Const", ()) for name in ("gamma", "beta", "mean", "variance")),
        Node("conv", "Conv2D", ("x", "kernel"), attributes),
        Node("norm", "FusedBatchNorm", ("conv", "gamma", "beta", "mean", "variance"),
             {"epsilon": {"f": 1.0}}),
    )  # fmt: skip
    weights = {
        "kernel": np.full((1, 1, 1, 1), 3, np.float32), "gamma": np.float32([2]),
        "beta": np.float32([5]), "mean": np.float32([1]), "variance": np.float32([3]),
    }  # fmt: skip
    image = np.arange(4, dtype=np.float32).reshape(1, 2, 2, 1) + 2
    answer = run_graph_model(GraphModel(nodes, weights), {"x": image}, "norm")
    assert answer.tolist() == [[[[(2 * 3 - 1) / 2 * 2 + 5]]]]
