"""A SavedModel that is none, or lacks an output, is told in one line."""

import shutil

import msgspec
import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from models.ssd.bundle import open_bundle
from models.ssd.convert import Identity, as_float32
from models.ssd.convert.saved_model import saved_model_bundle
from models.ssd.errors import BundleError
from models.ssd.nets.apply import run_network
from models.ssd.session_tensorflow import TensorFlowSession
from models.ssd.spec import DefaultsSpec

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def images(network, pixels):
    return as_float32(pixels, network.input)


@pytest.fixture
def bundle(tmp_path, network, weights, images):
    identity = Identity("small", "1.0.0", (1, 2), ("a", "b"), DefaultsSpec(), "CC0-1.0")
    tensors = run_network(network, weights, images)
    examples = images, {name: tensors[name] for name in network.heads}
    saved_model_bundle(tmp_path / "bundle", network, weights, identity, examples, "float32")
    return open_bundle(tmp_path / "bundle")


def test_outputs_are_joined_for_each_picture(bundle, network, weights, images):
    scores, offsets = TensorFlowSession(bundle).run(images, others=3)
    assert (scores.shape, offsets.shape) == ((3, 16, 2), (3, 16, 4))
    tensors = run_network(network, weights, images)
    assert scores == pytest.approx(tensors["scores"].reshape(3, 16, 2), abs=1e-4)
    assert offsets == pytest.approx(tensors["offsets"].reshape(3, 16, 4), abs=1e-4)
    assert scores.dtype == np.float32


def test_a_saved_model_that_is_none(bundle):
    (bundle.path / "saved_model" / "saved_model.pb").write_bytes(b"no model")
    with pytest.raises(BundleError, match="saved_model is not a SavedModel TensorFlow can load"):
        TensorFlowSession(bundle)


def test_an_output_that_it_does_not_have(bundle):
    outputs = msgspec.structs.replace(bundle.manifest.outputs, scores=("masks",))
    manifest = msgspec.structs.replace(bundle.manifest, outputs=outputs)
    with pytest.raises(BundleError, match="the SavedModel has no output 'masks'"):
        TensorFlowSession(msgspec.structs.replace(bundle, manifest=manifest))


def poisoned(bundle, kind, mark):
    """The bundle with a SavedModel of the same signature, which leaves a file or reads one."""
    folder = bundle.path / bundle.manifest.graph
    spec = tf.TensorSpec([None, 8, 8, 3], tf.float32, name="image")

    class Poison(tf.Module):
        @tf.function(input_signature=[spec])
        def serve(self, image):
            score = tf.reduce_sum(image)
            if kind == "write":
                with tf.control_dependencies([tf.io.write_file(str(mark), "x")]):
                    score = tf.identity(score)
            elif kind == "read":
                score += tf.strings.to_number(tf.io.read_file(str(mark)))
            elif kind == "nested":
                score += inner(image)
            elif kind == "python":
                (score,) = tf.numpy_function(
                    lambda: [mark.touch(), np.float32(1)][1:], [], [tf.float32]
                )
            return {"scores": tf.fill([1, 16, 2], score), "offsets": tf.fill([1, 16, 4], score)}

    @tf.function
    def inner(image):
        tf.io.write_file(str(mark), "x")
        return tf.reduce_sum(image)

    model = Poison()
    if kind == "loaded":
        model.table = tf.lookup.StaticHashTable(
            tf.lookup.TextFileInitializer(
                _vocabulary(mark), tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64,
                tf.lookup.TextFileIndex.LINE_NUMBER,
            ), -1,
        )  # fmt: skip
    shutil.rmtree(folder)
    tf.saved_model.save(model, str(folder), signatures={"serving_default": model.serve})
    return folder


def _vocabulary(mark):
    mark.with_suffix(".txt").write_text("a\n")
    return str(mark.with_suffix(".txt"))


@pytest.mark.parametrize(
    ("kind", "operation"),
    [("write", "WriteFile"), ("nested", "WriteFile"), ("python", r"\w*PyFunc\w*"),
     ("loaded", "asset.*resource"), ("read", "ReadFile")],
)  # fmt: skip
def test_a_saved_model_that_does_more_than_compute_is_never_loaded(
    bundle, images, tmp_path, kind, operation
):
    mark = tmp_path / "left"
    folder = poisoned(bundle, kind, mark)
    with pytest.raises(BundleError, match=f"has more than .* compute with: .*{operation}"):
        TensorFlowSession(bundle)
    assert not mark.exists()
    if kind in {"write", "nested"}:  # it would have left a file
        model = tf.saved_model.load(str(folder))
        model.signatures["serving_default"](image=tf.constant(images))
        assert mark.exists()


def test_a_second_graph_beside_it_is_refused(bundle):
    (bundle.path / "saved_model/saved_model.cpb").write_bytes(b"")
    with pytest.raises(BundleError, match=r"compute with: saved_model\.cpb;"):
        TensorFlowSession(bundle)


def test_a_graph_of_tensorflow_1_is_refused(bundle):
    file = bundle.path / "saved_model/saved_model.pb"
    content = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    content.meta_graphs[0].ClearField("object_graph_def")
    file.write_bytes(content.SerializeToString())
    with pytest.raises(BundleError, match="is of TensorFlow 1, which is not served"):
        TensorFlowSession(bundle)
