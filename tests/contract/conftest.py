"""A bundle for each engine: the embedded ones for LiteRT, one made here for TensorFlow."""

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


@pytest.fixture(scope="session")
def saved_model_folder(tmp_path_factory):
    return write_saved_model_bundle(tmp_path_factory.mktemp("bundle"))
