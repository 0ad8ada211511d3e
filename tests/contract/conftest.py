"""Bundles besides the embedded ones: a tiny SavedModel, and SSD-300 VGG16 in every form."""

import hashlib
import json

import pytest


def write_saved_model_bundle(folder):
    """A SavedModel of one convolution a head, 4 x 4 pixels in, 2 x 2 cells out."""
    import tensorflow as tf

    random = tf.random.Generator.from_seed(1)

    class Tiny(tf.Module):
        def __init__(self):
            super().__init__()
            self.scores = tf.Variable(random.normal([2, 2, 3, 3]))
            self.offsets = tf.Variable(random.normal([2, 2, 3, 4]))

        @tf.function(input_signature=[tf.TensorSpec([None, 4, 4, 3], tf.float32, name="image")])
        def serve(self, image):
            return {
                "scores": tf.nn.conv2d(image, self.scores, 2, "VALID"),
                "offsets": tf.nn.conv2d(image, self.offsets, 2, "VALID"),
            }

    model = Tiny()
    tf.saved_model.save(model, str(folder / "saved"), signatures={"serving_default": model.serve})
    (folder / "labels.txt").write_text("background\ncat\ndog\n")
    files = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes()
        name = file.relative_to(folder).as_posix()
        files[name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    manifest = {
        "schema_version": 1,
        "name": "tiny",
        "version": "1.0.0",
        "network": "tiny",
        "engine": "tensorflow",
        "precision": "float32",
        "graph": "saved",
        "input": {"height": 4, "width": 4, "mean": [127.5] * 3, "scale": [1 / 127.5] * 3},
        "outputs": {
            "scores": ["scores"], "offsets": ["offsets"], "activation": "softmax",
            "background": 0, "class_ids": [0, 7, 9],
        },
        "anchors": [{"grid": [2, 2], "step": [0.5, 0.5], "sizes": [[0.5, 0.5]]}],
        "box_coder": {"order": "yxhw", "variances": [0.1, 0.1, 0.2, 0.2]},
        "defaults": {},
        "files": files,
        "license": "CC0-1.0",
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def write_vgg16_bundles(folder):
    """SSD-300 VGG16 with weights from a seed, one bundle an engine and a precision."""
    import numpy as np

    from models.ssd import convert
    from models.ssd.convert.saved_model import saved_model_bundle
    from models.ssd.importers import slim
    from models.ssd.importers.seeded import seeded_variable
    from models.ssd.nets.apply import run_network
    from models.ssd.nets.vgg16 import ssd300_vgg16
    from models.ssd.quantize.recipe import Recipe, quantize
    from models.ssd.spec import DefaultsSpec

    network = ssd300_vgg16()
    shapes = slim.variable_shapes(network)
    weights = slim.network_weights(
        network, shapes, lambda name: seeded_variable(name, shapes[name], 1)
    )
    pixels = np.random.default_rng(0).integers(0, 256, (2, 10, 10, 3), np.uint8)
    pixels = pixels.repeat(30, axis=1).repeat(30, axis=2)  # patches, as pictures have
    images = convert.as_float32(pixels, network.input)
    tensors = run_network(network, weights, images)
    expected = {name: tensors[name] for name in network.heads}
    identity = convert.Identity(
        name="vgg16", version="1.0.0", class_ids=tuple(range(21)),
        labels=("background", *(f"class {number}" for number in range(1, 21))),
        defaults=DefaultsSpec(), license="CC0-1.0",
    )  # fmt: skip
    convert.float_bundle(folder / "litert-float32", network, weights, identity, images, expected)
    for precision in ("float32", "bfloat16"):
        saved_model_bundle(
            folder / f"tensorflow-{precision}", network, weights, identity, (images, expected),
            precision,
        )  # fmt: skip
    plain = Recipe(round_by_moment=False)  # a fraction of the time, and this is no test of accuracy
    quantized = quantize(network, weights, images, plain, lambda step, share: None)
    scores = {name: expected[name] for name in network.scores}
    graph = convert.int8_graph(quantized)
    convert.int8_bundle(folder / "litert-int8", network, graph, identity, pixels, scores)
    return {path.name: path for path in folder.iterdir()}


@pytest.fixture(scope="session")
def vgg16_folders(tmp_path_factory):
    return write_vgg16_bundles(tmp_path_factory.mktemp("vgg16"))


@pytest.fixture(scope="session")
def saved_model_folder(tmp_path_factory):
    return write_saved_model_bundle(tmp_path_factory.mktemp("bundle"))
