"""A network with weights, wherever they came from: what every bundle is made of."""

from dataclasses import dataclass

from ..ssd.convert import Identity
from ..ssd.description import Provenance, Source
from ..ssd.labels import Labels
from ..ssd.nets.layers import LayerWeights, Network
from ..ssd.spec import DefaultsSpec


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A network with weights.

    Attributes:
        network: The layers.
        weights: Their weights, float32.
        labels: The classes of its columns.
        source: Where the weights came from.
    """

    network: Network
    weights: dict[str, LayerWeights]
    labels: Labels
    source: Source

    def identity(
        self,
        name: str,
        version: str,
        license_: str,
        defaults: DefaultsSpec,
        anchors: str | None = None,
    ) -> Identity:
        """What the manifests of its bundles say that the network does not.

        Args:
            name: Name of the model.
            version: Its version.
            license_: SPDX identifier of the weights' licence.
            defaults: Settings of a call that asks for none.
            anchors: The anchor set, where the network has several.

        Returns:
            The identity; how the weights are converted is added where that is done.
        """
        return Identity(
            name=name,
            version=version,
            class_ids=self.labels.class_ids,
            labels=self.labels.names,
            defaults=defaults,
            license=license_,
            provenance=Provenance(source=self.source, anchors=anchors),
        )
