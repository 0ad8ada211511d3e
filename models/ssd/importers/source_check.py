"""Compares an imported network with the graph model it came from, on the same images."""

import math

import numpy as np

from ..anchors import build_anchors
from ..coder import decode
from ..nets.apply import run_network
from ..nets.layers import Floats, Network, Weights
from .coco_ssd import anchor_boxes
from .errors import UnreadableModel
from .tfjs import GraphModel
from .tfjs_run import run_graph_model

TOLERANCE = 1e-4
"""Scores (0..1) and box edges (unit coordinates); rounding alone is 1e-6."""

_IMAGE, _SCORES, _BOXES = "Preprocessor/sub", "Postprocessor/Slice", "Postprocessor/ExpandDims_1"


def check_import(
    model: GraphModel,
    network: Network,
    weights: Weights,
    class_ids: tuple[int, ...],
    images: Floats,
) -> float:
    """Runs both and compares anchors, scores and decoded boxes.

    Args:
        model: The source.
        network: The imported network.
        weights: Its weights.
        class_ids: COCO id of each of the network's columns.
        images: ``[N, H, W, 3]``, -1..1.

    Returns:
        The greatest difference.

    Raises:
        UnreadableModel: Something differs by more than ``TOLERANCE``.
    """
    anchors = build_anchors(network.anchors)
    centers, halves = anchors[:, :2], anchors[:, 2:] / 2
    corners = np.concatenate([centers - halves, centers + halves], axis=1)
    worst = _difference("anchors", corners, anchor_boxes(model))
    columns = [class_id - 1 for class_id in class_ids]  # the source leaves out the background
    for image in images[:, None]:
        feeds = {_IMAGE: image}
        tensors = run_network(network, weights, image)
        logits = np.concatenate(
            [tensors[name].reshape(-1, len(class_ids)) for name in network.scores]
        )
        offsets = np.concatenate([tensors[name].reshape(-1, 4) for name in network.offsets])
        scores = run_graph_model(model, feeds, _SCORES)[0][:, columns]
        boxes = run_graph_model(model, feeds, _BOXES)[0][:, 0]
        worst = max(
            worst,
            _difference("scores", 1 / (1 + np.exp(-logits)), scores),
            _difference("boxes", decode(offsets, anchors, network.box_coder), boxes),
        )
    return worst


def _difference(what: str, found: Floats, wanted: Floats) -> float:
    difference = float(np.abs(found - wanted).max()) if found.shape == wanted.shape else np.inf
    if math.isnan(difference) or difference > TOLERANCE:
        raise UnreadableModel(
            f"{what} of the imported network are {difference:.2g} from the source's, "
            f"allowed is {TOLERANCE:.0e}: the importer does not fit this model"
        )
    return difference
