import pytest

from models.ssd.bundle import open_bundle
from models.ssd.convert.folder import read_contents, write_bundle

LABELS = b"background\ncat\ndog\n"
CONTENTS = {"model.tflite": b"graph", "labels.txt": LABELS}


def test_a_written_bundle_opens(tmp_path, tiny_manifest):
    written = write_bundle(tmp_path / "tiny", tiny_manifest(), CONTENTS)
    bundle = open_bundle(tmp_path / "tiny")
    assert bundle.manifest == written
    assert bundle.graph == b"graph"
    assert read_contents(tmp_path / "tiny") == CONTENTS


def test_an_older_bundle_is_replaced_whole(tmp_path, tiny_manifest):
    folder = tmp_path / "tiny"
    write_bundle(folder, tiny_manifest(), {**CONTENTS, "notes.txt": b"old"})
    write_bundle(folder, tiny_manifest(version="2.0.0"), CONTENTS)
    assert open_bundle(folder).manifest.version == "2.0.0"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiny"]
    assert not (folder / "notes.txt").exists()


def test_a_graph_may_be_a_folder(tmp_path, tiny_manifest):
    contents = {"saved/model.pb": b"graph", "saved/variables/0": b"1", "labels.txt": LABELS}
    write_bundle(tmp_path / "tiny", tiny_manifest(graph="saved"), contents)
    assert sorted(open_bundle(tmp_path / "tiny").manifest.files) == sorted(contents)
    assert read_contents(tmp_path / "tiny") == contents


def test_a_failure_leaves_the_older_bundle(tmp_path, tiny_manifest):
    folder = tmp_path / "tiny"
    write_bundle(folder, tiny_manifest(), CONTENTS)
    with pytest.raises(OSError, match=r"labels\.txt"):
        write_bundle(folder, tiny_manifest(version="2.0.0"), {**CONTENTS, "labels.txt/no": b""})
    assert open_bundle(folder).manifest.version == "1.0.0"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiny"]
