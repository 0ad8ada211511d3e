"""A bundle as one tar: the same bytes every time, and nothing but what its manifest lists."""

import hashlib
import tarfile

import pytest

from models.delivery.packing import packed
from models.ssd.bundle import open_bundle
from models.ssd.errors import BundleError


def test_the_same_bundle_gives_the_same_tar_wherever_it_lies(versioned):
    folder = versioned("1.0.1")
    bundle = open_bundle(folder)
    with packed(bundle) as first:
        content = first.file.read()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (first.size, first.digest)
        first.file.seek(0)
        with tarfile.open(fileobj=first.file) as tar:
            assert tar.getnames() == ["labels.txt", "manifest.json", "model.tflite"]
            manifest = tar.extractfile("manifest.json").read()
            assert hashlib.sha256(manifest).hexdigest() == bundle.digest
    (folder / "beside.txt").write_text("not listed, so not sent")
    (folder / "labels.txt").touch()  # another time
    with packed(open_bundle(folder)) as second:
        assert second.digest == first.digest


@pytest.mark.parametrize("name", ["manifest.json", "labels.txt", "model.tflite"])
def test_a_file_that_changes_meanwhile_is_noticed(versioned, name):
    bundle = open_bundle(versioned("1.0.2"))
    with (bundle.path / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(BundleError, match=f"{name} was changed while"), packed(bundle):
        pass
