"""Runs a converted graph and compares it with what it was made from, before anything is written."""

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from ..nets.layers import Floats
from ..spec import OutputSpec
from .errors import ConversionFailed

LOGIT_REACH = 6.0
"""Logits beyond it, scores of 0.0025 and 0.9975, are all the same to a detector."""
_WORTH_AN_ANSWER = 0.05
"""Weaker scores are never shown to anyone."""


def run_graph(content: bytes, images: npt.NDArray[np.float32 | np.int8]) -> dict[str, Floats]:
    """Runs a LiteRT graph on images one by one.

    Args:
        content: The ``.tflite`` file.
        images: ``[N, H, W, 3]`` in the type of the graph's input.

    Returns:
        Every output by name, ``[N, ...]`` float32; integers are turned into the numbers they mean.
    """
    interpreter = Interpreter(model_content=content, num_threads=2)
    interpreter.allocate_tensors()
    (source,) = interpreter.get_input_details()
    details = interpreter.get_output_details()
    answers: dict[str, list[Floats]] = {detail["name"]: [] for detail in details}
    for image in images:
        interpreter.set_tensor(source["index"], image[None])
        interpreter.invoke()
        for detail in details:
            values = interpreter.get_tensor(detail["index"]).astype(np.float32)
            scale, zero_point = detail["quantization"]
            if scale:
                values = (values - np.float32(zero_point)) * np.float32(scale)
            answers[detail["name"]].append(values[0])
    return {name: np.stack(values) for name, values in answers.items()}


def check_graph(
    content: bytes,
    images: npt.NDArray[np.float32 | np.int8],
    expected: Mapping[str, Floats],
    tolerance: float,
) -> float:
    """Compares a graph's outputs with the network's.

    Args:
        content: The ``.tflite`` file.
        images: Inputs of the graph.
        expected: The outputs the network has for them, by name.
        tolerance: Greatest root mean square difference of an output, in its own unit.

    Returns:
        The greatest root mean square difference found.

    Raises:
        ConversionFailed: An output is missing or differs by more.
    """
    worst = 0.0
    answers = run_graph(content, images)
    for name, wanted in expected.items():
        if name not in answers or answers[name].shape != wanted.shape:
            raise ConversionFailed(f"the converted graph has no output {name} of {wanted.shape}")
        error = difference(answers[name], wanted)
        if not error <= tolerance:
            raise ConversionFailed(
                f"output {name} of the converted graph is {error:.2g} off (root mean square), "
                f"allowed is {tolerance:.2g}: nothing was written"
            )
        worst = max(worst, error)
    return worst


def difference(found: Floats, wanted: Floats) -> float:
    """Root mean square difference of two tensors of one shape."""
    return float(np.sqrt(np.mean(np.square(found - wanted, dtype=np.float64))))


def check_answers(
    content: bytes,
    images: npt.NDArray[np.float32 | np.int8],
    expected: Mapping[str, Floats],
    outputs: OutputSpec,
    tolerance: float,
) -> float:
    """Compares a graph's class logits with a network's, where they are worth an answer.

    Args:
        content: The ``.tflite`` file.
        images: Inputs of the graph.
        expected: The class logits the network has for them, by output name.
        outputs: What the outputs mean.
        tolerance: Greatest root mean square difference.

    Returns:
        The difference.

    Raises:
        ConversionFailed: The difference is greater.
    """
    error = answer_error(run_graph(content, images), expected, outputs)
    if not error <= tolerance:
        raise ConversionFailed(
            f"the converted graph's logits are {error:.2g} off (root mean square), "
            f"allowed is {tolerance:.2g}: nothing was written"
        )
    return error


def answer_error(
    found: Mapping[str, Floats], expected: Mapping[str, Floats], outputs: OutputSpec
) -> float:
    """Difference of the class logits that the network scores above 0.05.

    Those of a sigmoid are compared up to ``LOGIT_REACH``, as far as an int8 network has them. Under
    a softmax only differences of logits mean something: logarithms of the scores are compared
    instead, those of the background left out.

    Args:
        found: Outputs of a graph, by name.
        expected: The class logits they should be, by name.
        outputs: What the outputs mean.

    Returns:
        The root mean square difference; 0 if no score is above 0.05.
    """
    differences = []
    for name, wanted in expected.items():
        exact, other = _logits(wanted, outputs), _logits(found[name], outputs)
        differences.append((other - exact)[exact > _least_logit(outputs)])
    joined = np.concatenate(differences).astype(np.float64)
    return float(np.sqrt(np.mean(np.square(joined)))) if joined.size else 0.0


def _least_logit(outputs: OutputSpec) -> float:
    rest = 1.0 if outputs.activation == "softmax" else 1 - _WORTH_AN_ANSWER
    return math.log(_WORTH_AN_ANSWER / rest)


def _logits(values: Floats, outputs: OutputSpec) -> Floats:
    if outputs.activation == "sigmoid":
        return np.clip(values, -LOGIT_REACH, LOGIT_REACH)
    if outputs.activation != "softmax":
        return values
    rows = values.reshape(-1, len(outputs.class_ids))
    rows = rows - rows.max(axis=1, keepdims=True)
    logarithms = rows - np.log(np.exp(rows).sum(axis=1, keepdims=True))
    if outputs.background is not None:
        logarithms = np.delete(logarithms, outputs.background, axis=1)
    return np.asarray(logarithms, np.float32)
