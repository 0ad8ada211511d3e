"""The network as Keras trains it, held against the rest of the code."""

import numpy as np
import pytest

pytest.importorskip("keras", reason="the training environment has it: make train-env")
import keras

from models.ssd.nets.apply import run_network
from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2
from models.ssd.nets.vgg16 import ssd300_vgg16
from models.training.detection import Detection, columns_of, head_layers, make_optimizer
from models.training.loader import Batch
from models.training.losses import detection_losses
from models.training.recipe import LossRecipe, OptimizerRecipe
from models.training.starting import draw_weights

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def batch_of(network, count=2, seed=0):
    random = np.random.default_rng(seed)
    columns = np.full((count, 128), -1, np.int32)
    columns[:, ::17] = random.integers(0, 2, columns[:, ::17].shape)
    offsets = random.normal(size=(count, 128, 4)).astype(np.float32)
    pixels = random.integers(0, 256, (count, *network.input_size, 3), np.uint8)
    return Batch(pixels, columns, offsets, ("a", "b"))


def model_of(network, **settings):
    loss = settings.pop("loss", LossRecipe())
    model = Detection(network, draw_weights(network, 0), loss, **settings)
    model.prepare(OptimizerRecipe(kind="sgd", momentum=0, clip=0, average=0), heads_only=False)
    return model


def test_answers_are_the_networks_on_the_same_pixels(network):
    model = model_of(network)
    batch = batch_of(network)
    scores, offsets = model.answer(batch.pixels)
    image = (batch.pixels.astype(np.float32) - 127.5) / 127.5
    wanted = run_network(network, model.weights_now(), image)
    assert np.abs(scores - wanted["scores"].reshape(scores.shape)).max() < 1e-4
    assert np.abs(offsets - wanted["offsets"].reshape(offsets.shape)).max() < 1e-4


def test_a_step_goes_down_the_gradient_of_the_loss(network):
    model = model_of(network, loss=LossRecipe(box_weight=2.0))
    batch = batch_of(network)
    scores, offsets = model.answer(batch.pixels)
    classes, boxes = detection_losses(
        scores, offsets, batch.columns, batch.offsets, network.activation
    )
    before = model.weights_now()
    figures = model.learn(batch, 1e-3)
    assert figures["class_loss"] == pytest.approx(float(classes), rel=1e-4)
    assert figures["box_loss"] == pytest.approx(float(boxes), rel=1e-4)
    assert figures["loss"] == pytest.approx(float(classes) + 2 * float(boxes), rel=1e-4)
    after = model.weights_now()
    assert all((before[name].kernel != after[name].kernel).any() for name in before)
    assert model.learn(batch, 0.0)["loss"] < figures["loss"]
    # The rate is the step's own: the last one changed nothing.
    assert (model.weights_now()["body"].kernel == after["body"].kernel).all()


def test_heads_alone_learn_first(network):
    model = model_of(network)
    model.prepare(OptimizerRecipe(), heads_only=True)
    before = model.weights_now()
    model.learn(batch_of(network), 1e-2)
    after = model.weights_now()
    changed = {name for name in before if (before[name].kernel != after[name].kernel).any()}
    assert changed == {"scores", "offsets", "scores/depthwise"}
    model.prepare(OptimizerRecipe(), heads_only=False)
    model.learn(batch_of(network), 1e-2)
    assert (model.weights_now()["stem"].kernel != after["stem"].kernel).any()


def test_what_only_heads_are_made_of():
    lite = head_layers(ssdlite_mobilenet_v2(3))
    assert len(lite) == 24
    assert "scores_0/depthwise" in lite
    vgg = head_layers(ssd300_vgg16(3))
    assert vgg == set(ssd300_vgg16(3).heads)
    assert columns_of(ssdlite_mobilenet_v2(7)) == 7
    assert columns_of(ssd300_vgg16(7)) == 7


def test_the_average_stands_in_for_a_while(sigmoid_network):
    model = model_of(sigmoid_network)
    model.prepare(OptimizerRecipe(kind="sgd", momentum=0, clip=0, average=0.5), heads_only=False)
    passed = []
    for _ in range(3):
        model.learn(batch_of(sigmoid_network), 1e-2)
        passed.append(model.weights_now()["body"].kernel)
    with model.averaged():
        average = model.weights_now()["body"].kernel
    assert (model.weights_now()["body"].kernel == passed[-1]).all()
    assert np.allclose(average, passed[0] / 4 + passed[1] / 4 + passed[2] / 2, atol=1e-6)


def test_accumulated_batches_are_one_step(sigmoid_network):
    model = model_of(sigmoid_network)
    model.prepare(OptimizerRecipe(kind="sgd", accumulate=2), heads_only=False)
    before = model.weights_now()["body"].kernel
    model.learn(batch_of(sigmoid_network), 1e-2)
    assert (model.weights_now()["body"].kernel == before).all()
    model.learn(batch_of(sigmoid_network, seed=1), 1e-2)
    assert (model.weights_now()["body"].kernel != before).any()


def test_bfloat16_computes_otherwise_and_keeps_float32_weights(sigmoid_network):
    exact, rough = model_of(sigmoid_network), model_of(sigmoid_network, bfloat16=True)
    pixels = batch_of(sigmoid_network).pixels
    first, second = exact.answer(pixels)[0], rough.answer(pixels)[0]
    assert 0 < np.abs(first - second).max() < 0.2
    assert rough.weights_now()["stem"].kernel.dtype == np.float32
    assert np.isfinite(rough.learn(batch_of(sigmoid_network), 1e-3)["loss"])
    assert keras.config.dtype_policy().name == "float32"  # of those that come after


def test_the_optimizer_is_what_the_recipe_says():
    adam = make_optimizer(OptimizerRecipe(clip=3, weight_decay=0.1, accumulate=4, average=0.9))
    assert isinstance(adam, keras.optimizers.Adam)
    assert (adam.global_clipnorm, adam.weight_decay) == (3, 0.1)
    assert (adam.gradient_accumulation_steps, adam.ema_momentum) == (4, 0.9)
    sgd = make_optimizer(OptimizerRecipe(kind="sgd", clip=0, momentum=0.5, average=0))
    assert isinstance(sgd, keras.optimizers.SGD)
    assert (sgd.momentum, sgd.global_clipnorm, sgd.use_ema) == (0.5, None, False)


def test_clipping_bounds_a_step(sigmoid_network):
    model = model_of(sigmoid_network)
    model.prepare(OptimizerRecipe(kind="sgd", momentum=0, clip=0.5, average=0), heads_only=False)
    before = model.weights_now()
    model.learn(batch_of(sigmoid_network), 1.0)
    after = model.weights_now()
    moved = sum(
        np.square(new - old).sum()
        for name in before
        for old, new in zip(before[name], after[name], strict=True)
    )
    assert np.sqrt(moved) == pytest.approx(0.5, rel=1e-3)
