"""The catalogue: every network that is known here, and what has weights for it.

``CATALOGUE["ssdlite-mobilenet-v2"].build(columns)`` is the network: its layers, input, anchors, box
coder and activation. Another network is another entry, and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..ssd.importers import coco_classes, coco_ssd, voc_classes
from ..ssd.labels import Labels
from ..ssd.nets.layers import Floats, Network
from ..ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2
from ..ssd.nets.vgg16 import ssd300_vgg16
from ..ssd.spec import DefaultsSpec
from .packages import Package
from .reading import read_coco_ssd, read_slim
from .trained import TrainedNetwork

Reader = Callable[[Network, Path, Labels, Floats], TrainedNetwork]
"""Takes the network, the file, the classes of its columns, and a few inputs ``[N, H, W, 3]`` to
compare the source on, where it can be run."""


@dataclass(frozen=True, slots=True)
class Importer:
    """A kind of file that has weights of a network.

    Attributes:
        read: Reads such a file.
        labels: The classes of the weights' columns.
        model: What models made of it are called by default.
        license: SPDX identifier of the weights' licence.
        package: The package that has the file; None where a person brings it.
    """

    read: Reader
    labels: Labels
    model: str
    license: str = "NOASSERTION"
    package: Package | None = None

    @property
    def columns(self) -> int:
        """Number of class columns (C), a background's among them."""
        return len(self.labels.class_ids)


@dataclass(frozen=True, slots=True)
class NetworkEntry:
    """A network of the catalogue.

    Attributes:
        name: Its name here.
        anchor_sets: What builds it from a number of class columns, by anchor set; the usual one
            first.
        defaults: Settings of a call that asks for none.
        importers: What has weights for it, by name.
    """

    name: str
    anchor_sets: Mapping[str, Callable[[int], Network]]
    defaults: DefaultsSpec
    importers: Mapping[str, Importer]

    def build(self, columns: int, anchors: str | None = None) -> Network:
        """The network.

        Args:
            columns: Class columns, the background's among them where the network has one.
            anchors: Name of the anchor set; the usual one when None.

        Returns:
            Layers, input, anchors, box coder and activation.
        """
        return self.anchor_sets[anchors or next(iter(self.anchor_sets))](columns)


_ENTRIES = (
    NetworkEntry(
        name="ssdlite-mobilenet-v2",
        anchor_sets={"ssdlite": ssdlite_mobilenet_v2},
        # Overlap 0.6 is what it was trained with; it measures best, too (0.45: 0.5 mAP less).
        defaults=DefaultsSpec(threshold=0.5, iou=0.6, top_k=400, max_detections=100),
        importers={
            "coco-ssd": Importer(
                read=read_coco_ssd,
                labels=Labels(coco_classes.LABELS, coco_classes.CLASS_IDS),
                model="ssdlite_mobilenet_v2_coco",
                license=coco_ssd.LICENSE,
                package=Package(coco_ssd.PACKAGE, coco_ssd.VERSION, coco_ssd.SHA256),
            )
        },
    ),
    NetworkEntry(
        name="ssd300-vgg16",
        anchor_sets={
            "port": partial(ssd300_vgg16, anchors="port"),
            "paper": partial(ssd300_vgg16, anchors="paper"),
        },
        # Those of the original, but for the threshold, which it leaves to the caller.
        defaults=DefaultsSpec(threshold=0.5, iou=0.45, top_k=400, max_detections=100),
        importers={
            "slim": Importer(
                read=read_slim,
                labels=Labels(voc_classes.LABELS, voc_classes.CLASS_IDS),
                model="ssd300_vgg16_voc",
            )
        },
    ),
)

CATALOGUE: Mapping[str, NetworkEntry] = {entry.name: entry for entry in _ENTRIES}
