"""The session on TensorFlow: a SavedModel, for a GPU. No other serving file names TensorFlow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .bundle import Bundle
from .errors import BundleError
from .session_port import Outputs, Tensor

try:
    import tensorflow as tf
    from tensorflow.core.protobuf import saved_model_pb2
except ImportError as missing:
    raise BundleError(
        "this bundle runs on TensorFlow, which is not installed: pip install tensorflow"
    ) from missing

_FILE = "saved_model.pb"
_COMPUTES = frozenset({
    "AddV2", "BatchToSpaceND", "BiasAdd", "Cast", "Const", "Conv2D", "DepthwiseConv2dNative",
    "Identity", "MaxPool", "Maximum", "Mul", "NoOp", "Pad", "PartitionedCall", "ReadVariableOp",
    "Relu", "Relu6", "Rsqrt", "SpaceToBatchND", "Square", "StatefulPartitionedCall", "Sum",
})  # fmt: skip
"""What the networks here are made of; none of it reaches beyond its tensors."""
_MOST_NAMED = 8
_OBJECTS = frozenset({"user_object", "variable", "function", "bare_concrete_function"})
"""Others would run something as soon as they are loaded, or lead to files."""


class TensorFlowSession:
    """A SavedModel whose ``serving_default`` signature maps the tensor to named outputs."""

    def __init__(self, bundle: Bundle) -> None:
        manifest = bundle.manifest
        _refuse_programs(bundle.path / manifest.graph)
        try:
            self._model = tf.saved_model.load(str(bundle.path / manifest.graph))
            self._call = self._model.signatures["serving_default"]
        # TensorFlow raises a different class for each way a model cannot be read.
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise BundleError(
                f"{manifest.graph} is not a SavedModel TensorFlow can load"
            ) from error
        self._outputs = manifest.outputs
        missing = {*self._outputs.scores, *self._outputs.offsets} - set(
            self._call.structured_outputs
        )
        if missing:
            raise BundleError(f"the SavedModel has no output {min(missing)!r}")

    def run(self, tensor: Tensor, others: int = 0) -> Outputs:
        """Runs the network, see ``Session.run``."""
        del others  # TensorFlow shares its threads between calls by itself
        (name,) = self._call.structured_input_signature[1]
        answers = self._call(**{name: tf.constant(tensor)})
        count, columns = len(tensor), len(self._outputs.class_ids)
        scores = [
            np.asarray(answers[name], np.float32).reshape(count, -1, columns)
            for name in self._outputs.scores
        ]
        offsets = [
            np.asarray(answers[name], np.float32).reshape(count, -1, 4)
            for name in self._outputs.offsets
        ]
        return np.concatenate(scores, axis=1), np.concatenate(offsets, axis=1)


def _refuse_programs(folder: Path) -> None:
    """A SavedModel is a program, which may read and write files: only one that computes is loaded.

    Raises:
        BundleError: It is none, or does more than the networks of this project do.
    """
    content = saved_model_pb2.SavedModel()
    try:
        content.ParseFromString((folder / _FILE).read_bytes())
    except Exception as error:  # pylint: disable=broad-exception-caught  # protobuf's own class
        raise BundleError(f"{folder.name} is not a SavedModel TensorFlow can load") from error
    graphs = content.meta_graphs
    if len(graphs) != 1 or not graphs[0].HasField("object_graph_def"):
        raise BundleError(f"{folder.name} is of TensorFlow 1, which is not served here")
    beside = {each.name for each in folder.glob("saved_model.*")} - {_FILE}
    strange = sorted(beside | set(_strange(graphs[0])))
    if strange:
        raise BundleError(
            f"{folder.name} has more than the networks here compute with: "
            f"{', '.join(strange[:_MOST_NAMED])}; a SavedModel is a program, and only what "
            "`ssd import` writes is served"
        )


def _strange(graph: Any) -> Iterator[str]:  # noqa: ANN401 - protobuf's
    """What would run and does something else; what saves variables is called by nobody here."""
    functions = {each.signature.name: each for each in graph.graph_def.library.function}
    reached = []
    for node in graph.object_graph_def.nodes:
        kind = node.WhichOneof("kind")
        if kind not in _OBJECTS:
            yield str(kind)
        reached += node.function.concrete_functions
        if kind == "bare_concrete_function":
            reached.append(node.bare_concrete_function.concrete_function_name)
    seen = set()
    while reached:
        name = reached.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        for node in functions[name].node_def:
            if node.op not in _COMPUTES:
                yield node.op
            for value in node.attr.values():
                reached += [value.func.name, *(each.name for each in value.list.func)]
