import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from models.ssd.bundle import DEFAULT_BUNDLE, find_bundle, open_bundle
from models.ssd.detector import Detector
from models.ssd.errors import BundleError


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(DEFAULT_BUNDLE, tmp_path / "bundle")


def edit(folder, change):
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_the_embedded_bundle_opens():
    bundle = open_bundle(DEFAULT_BUNDLE)
    assert bundle.manifest.anchor_count == 1917
    assert dict(zip(bundle.labels.names, bundle.labels.class_ids, strict=True))["dog"] == 18
    assert len(bundle.labels.names) == 80
    assert bundle.manifest.license == "Apache-2.0"
    assert (
        bundle.digest == hashlib.sha256((DEFAULT_BUNDLE / "manifest.json").read_bytes()).hexdigest()
    )


@pytest.mark.parametrize("name", ["nothing", "weights", "../bundles/nothing"])
def test_a_name_of_nothing_lists_the_embedded_bundles(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    listed = "ssdlite_mobilenet_v2_coco, ssdlite_mobilenet_v2_coco_int8"
    told = f"bundle {name} is neither a folder nor one of those embedded: {listed}"
    with pytest.raises(BundleError, match=f"^{re.escape(told)}$"):
        open_bundle(Path(name))


def test_a_folder_of_an_embedded_bundles_name_wins(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / DEFAULT_BUNDLE.name).mkdir()
    assert find_bundle(Path(DEFAULT_BUNDLE.name)) == Path(DEFAULT_BUNDLE.name)


def test_an_embedded_bundle_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert open_bundle(Path(DEFAULT_BUNDLE.name)).path == DEFAULT_BUNDLE


@pytest.mark.parametrize("name", ["model.tflite", "labels.txt", "manifest.json"])
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()
    with pytest.raises(BundleError, match=name):
        open_bundle(copy)


@pytest.mark.parametrize("name", ["model.tflite", "labels.txt"])
def test_a_changed_file_is_refused_before_it_is_parsed(copy, name):
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(BundleError, match=f"{name} was changed"):
        open_bundle(copy)


@pytest.mark.parametrize(("grow", "fault"), [(-1, "incomplete"), (1, "larger")])
def test_a_file_of_another_length_is_refused(copy, grow, fault):
    content = (copy / "model.tflite").read_bytes()
    (copy / "model.tflite").write_bytes(content[:grow] if grow < 0 else content + b"x")
    with pytest.raises(BundleError, match=fault):
        open_bundle(copy)


@pytest.mark.parametrize(
    "name", ["../outside.txt", "/etc/hostname", "a\\b", ""], ids=["up", "absolute", "back", "empty"]
)
def test_a_listed_path_cannot_lead_out(copy, name):
    (copy.parent / "outside.txt").write_text("x")
    digest = hashlib.sha256(b"x").hexdigest()
    edit(copy, lambda manifest: manifest["files"].update({name: {"sha256": digest, "bytes": 1}}))
    with pytest.raises(BundleError, match="leads out"):
        open_bundle(copy)


def test_a_link_out_of_the_bundle_is_refused(copy):
    outside = copy.parent / "outside.txt"
    shutil.move(copy / "labels.txt", outside)
    (copy / "labels.txt").symlink_to(outside)
    with pytest.raises(BundleError, match="link out"):
        open_bundle(copy)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda m: m.pop("anchors"), "anchors"),
        (lambda m: m.update(schema_version=2), "schema_version 2, this release reads 1: upgrade"),
        (lambda m: m["input"].update(letterbox=True), r"`letterbox` - at `\$\.input`; it may"),
        (lambda m: m["input"].update(height=0), "input.height"),
        (lambda m: m["defaults"].update(iou=1.5), "defaults.iou"),
        (lambda m: m["defaults"].update(top_k=10_001), r"defaults\.top_k must be 1\.\.10000"),
        (lambda m: m["outputs"].update(background=80), "background"),
        (lambda m: m["outputs"]["class_ids"].pop(), "80 names"),
        (lambda m: m.update(graph="other.tflite"), "other.tflite"),
        (lambda m: m["files"].pop("labels.txt"), "labels.txt"),
        (lambda m: m["box_coder"].update(variances=[0, 1, 1, 1]), "variances"),
    ],
    ids=[
        "no-anchors", "schema", "unknown-key", "range", "iou", "top_k", "background", "columns",
        "graph", "labels", "variances",
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_right_is_refused(copy, change, fault):
    edit(copy, change)
    with pytest.raises(BundleError, match=fault):
        open_bundle(copy)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\xff", "[" * 100_000])
def test_a_broken_manifest_is_refused(copy, text):
    (copy / "manifest.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(BundleError, match=r"manifest\.json is not usable"):
        open_bundle(copy)


@pytest.mark.parametrize(
    ("labels", "fault"),
    [("cat\n" * 80, "twice"), ("cat\n\n" * 40, "line 2 is empty"), ("cat\n", "1 names")],
)
def test_labels_that_do_not_fit_are_refused(copy, labels, fault):
    (copy / "labels.txt").write_text(labels)
    entry = {"sha256": hashlib.sha256(labels.encode()).hexdigest(), "bytes": len(labels)}
    edit(copy, lambda manifest: manifest["files"].update({"labels.txt": entry}))
    with pytest.raises(BundleError, match=fault):
        open_bundle(copy)


def test_anchors_of_another_model_are_refused_when_the_graph_loads(copy):
    edit(copy, lambda manifest: manifest["anchors"][0]["grid"].__setitem__(0, 18))
    with pytest.raises(BundleError, match="they do not belong together"):
        Detector(copy)


def test_a_graph_that_is_none_is_refused(copy):
    (copy / "model.tflite").write_bytes(b"not a graph")
    entry = {"sha256": hashlib.sha256(b"not a graph").hexdigest(), "bytes": 11}
    edit(copy, lambda manifest: manifest["files"].update({"model.tflite": entry}))
    with pytest.raises(BundleError, match="not a graph LiteRT can load"):
        Detector(copy)


def test_an_output_the_graph_does_not_have_is_named(copy):
    edit(copy, lambda manifest: manifest["outputs"]["scores"].__setitem__(0, "nowhere"))
    with pytest.raises(BundleError, match="no output 'nowhere'"):
        Detector(copy)
