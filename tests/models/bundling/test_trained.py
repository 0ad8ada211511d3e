import pytest

from models.ssd.convert.bundle import describe
from models.ssd.description import Provenance
from models.ssd.spec import DefaultsSpec


@pytest.mark.parametrize("anchors", [None, "paper"])
def test_an_identity_says_what_the_network_does_not(trained, anchors):
    defaults = DefaultsSpec(iou=0.2)
    identity = trained.identity("it", "1.2.3", "MIT", defaults, anchors)
    manifest = describe(trained.network, identity, "float32")
    assert (manifest.name, manifest.version, manifest.license) == ("it", "1.2.3", "MIT")
    assert manifest.defaults == defaults
    assert manifest.outputs.class_ids == trained.labels.class_ids
    assert identity.labels == trained.labels.names
    assert manifest.provenance == Provenance(source=trained.source, anchors=anchors)
