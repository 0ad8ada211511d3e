"""Checkpoints as TensorFlow 1 writes them, whole and broken."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

import tensorflow as tf

from models.ssd.importers.checkpoint import Checkpoint, write_checkpoint
from models.ssd.importers.errors import UnreadableModel

pytestmark = pytest.mark.tensorflow

VARIABLES = {
    "net/conv/weights": np.random.default_rng(0).normal(size=(3, 3, 4, 50)).astype(np.float32),
    "net/conv/biases": np.arange(50, dtype=np.float32),
}
DATA = "net.ckpt.data-00000-of-00001"


def save(prefix, variables, version):
    """What a training script of its time does."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        every = [v1.get_variable(name, initializer=value) for name, value in variables.items()]
        session.run(v1.global_variables_initializer())
        saver = v1.train.Saver(every, write_version=version)
        saver.save(session, str(prefix), write_meta_graph=False)


@pytest.fixture(params=["V1", "V2"])
def saved(request, tmp_path):
    version = getattr(tf.compat.v1.train.SaverDef, request.param)
    save(tmp_path / "net.ckpt", VARIABLES, version)
    assert (tmp_path / "net.ckpt").is_file() == (request.param == "V1")
    return tmp_path / "net.ckpt"


def check_whole(checkpoint):
    assert checkpoint.shapes == {name: value.shape for name, value in VARIABLES.items()}
    for name, value in VARIABLES.items():
        np.testing.assert_array_equal(checkpoint.read(name), value)
        assert checkpoint.read(name).dtype == np.float32


def test_both_formats_of_the_original_writer(saved):
    check_whole(Checkpoint(saved, "net.ckpt"))


def test_there_and_back(tmp_path):
    write_checkpoint(tmp_path / "net.ckpt", VARIABLES)
    check_whole(Checkpoint(tmp_path / "net.ckpt", "net.ckpt"))


def test_our_writer_writes_what_the_original_one_does(tmp_path):
    write_checkpoint(tmp_path / "net.ckpt", VARIABLES)
    (tmp_path / "theirs").mkdir()
    save(tmp_path / "theirs/net.ckpt", VARIABLES, tf.compat.v1.train.SaverDef.V2)
    assert (tmp_path / DATA).read_bytes() == (tmp_path / "theirs" / DATA).read_bytes()


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_floating_types_are_converted(tmp_path, dtype):
    values = np.array([0.5, -2, 3], dtype)
    save(tmp_path / "net.ckpt", {"a": values}, tf.compat.v1.train.SaverDef.V2)
    read = Checkpoint(tmp_path / "net.ckpt", "net.ckpt").read("a")
    assert read.dtype == np.float32
    assert read.tolist() == [0.5, -2, 3]


def test_integers_are_refused(tmp_path):
    save(tmp_path / "net.ckpt", {"step": np.int64(7)}, tf.compat.v1.train.SaverDef.V2)
    with pytest.raises(UnreadableModel, match=r"step of net\.ckpt holds int64, allowed are float"):
        Checkpoint(tmp_path / "net.ckpt", "net.ckpt").read("step")


@pytest.mark.parametrize(
    "value", [np.float32("nan"), np.float32("-inf"), 1e300], ids=["nan", "inf", "beyond float32"]
)
def test_numbers_that_are_none_are_refused(tmp_path, value):
    values = np.array([1, value, 3], np.asarray(value).dtype)
    save(tmp_path / "net.ckpt", {"a/b": values}, tf.compat.v1.train.SaverDef.V2)
    with pytest.raises(UnreadableModel, match=r"a/b of net\.ckpt has 1 of 3 values"):
        Checkpoint(tmp_path / "net.ckpt", "net.ckpt").read("a/b")


def cut(content):
    return content[:-9]


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]


@pytest.mark.parametrize(
    ("file", "harm"),
    [
        ("net.ckpt.index", cut),
        ("net.ckpt.index", lambda content: b""),
        ("net.ckpt.index", lambda content: b"x" * 500),
        (DATA, cut),
        (DATA, flipped),
        (DATA, lambda content: b""),
    ],
    ids=["index cut", "index empty", "index of something else", "data cut", "data flipped",
         "data empty"],
)  # fmt: skip
def test_damage_is_told_in_one_line(tmp_path, file, harm):
    write_checkpoint(tmp_path / "net.ckpt", VARIABLES)
    (tmp_path / file).write_bytes(harm((tmp_path / file).read_bytes()))
    with pytest.raises(UnreadableModel, match=r"net\.ckpt is not a whole TensorFlow") as caught:
        check_whole(Checkpoint(tmp_path / "net.ckpt", "net.ckpt"))
    assert "\n" not in caught.value.message


def test_a_flipped_bit_anywhere_in_the_index_never_ends_in_a_trace(tmp_path):
    write_checkpoint(tmp_path / "net.ckpt", VARIABLES)
    index = tmp_path / "net.ckpt.index"
    content = index.read_bytes()
    for place in range(len(content)):
        index.write_bytes(content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :])
        try:
            checkpoint = Checkpoint(tmp_path / "net.ckpt", "net.ckpt")
            for name in VARIABLES.keys() & checkpoint.shapes.keys():
                if checkpoint.shapes[name] == VARIABLES[name].shape:
                    checkpoint.read(name)
        except UnreadableModel:
            continue
