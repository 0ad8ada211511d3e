"""The network as Keras trains it: bytes of pictures in, both losses out, on any backend."""

from typing import Any

import keras
import numpy as np
from keras import ops

from ..ssd.nets.keras_model import keras_model, keras_weights, put_weights
from ..ssd.nets.layers import Floats, LayerWeights, Network, Weights
from .loader import Batch
from .losses import detection_losses
from .recipe import LossRecipe, OptimizerRecipe


class Detection(keras.Model):  # type: ignore[misc]  # Keras is untyped
    """Learns from batches of pictures and what each anchor is to answer.

    Pixels come as bytes and become the network's input where the network is: a quarter of what
    would have to be moved otherwise.

    Args:
        network: The layers.
        weights: Weights to start from.
        loss: What is a mistake.
        bfloat16: Whether to compute in bfloat16; weights are float32 always.
    """

    def __init__(
        self, network: Network, weights: Weights, loss: LossRecipe, bfloat16: bool = False
    ) -> None:
        super().__init__(name="detection")
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy("mixed_bfloat16" if bfloat16 else "float32")
        try:
            self.net = keras_model(network, weights)
        finally:
            keras.config.set_dtype_policy(before)
        self.network, self._loss = network, loss
        spec = network.input
        self._flipped = spec.color_order == "bgr"
        self._mean = np.asarray(spec.mean, np.float32)
        self._scale = np.asarray(spec.scale, np.float32)
        # No head but one of its own number of columns; the graph's shapes tell how many.
        self._columns = columns_of(network)
        self.class_loss = keras.metrics.Mean(name="class_loss")
        self.box_loss = keras.metrics.Mean(name="box_loss")

    def call(self, pixels: Any, training: bool = False) -> Any:  # noqa: ANN401 - Keras is untyped
        """Scores ``[N, A, C]`` and offsets ``[N, A, 4]`` of uint8 ``[N, H, W, 3]`` RGB."""
        ordered = ops.flip(pixels, axis=-1) if self._flipped else pixels
        image = (ops.cast(ordered, "float32") - self._mean) * self._scale
        heads = self.net(image, training=training)
        return (
            _joined([heads[name] for name in self.network.scores], self._columns),
            _joined([heads[name] for name in self.network.offsets], 4),
        )

    def compute_loss(
        self,
        x: Any = None,  # noqa: ANN401 - Keras is untyped
        y: Any = None,  # noqa: ANN401
        y_pred: Any = None,  # noqa: ANN401
        sample_weight: Any = None,  # noqa: ANN401
        training: bool = True,
    ) -> Any:  # noqa: ANN401
        """The loss of a batch: of classes, and of boxes times its weight."""
        del x, sample_weight, training
        recipe = self._loss
        (scores, offsets), (columns, wanted) = y_pred, y
        mining = (recipe.negatives, recipe.negatives_alone)
        class_loss, box_loss = detection_losses(
            scores, offsets, columns, wanted, self.network.activation, mining
        )
        self.class_loss.update_state(class_loss)
        self.box_loss.update_state(box_loss)
        return class_loss + recipe.box_weight * box_loss

    def prepare(self, optimizer: OptimizerRecipe, *, heads_only: bool) -> None:
        """Makes it ready to learn, with a fresh optimizer.

        Args:
            optimizer: How weights follow gradients.
            heads_only: Whether all but the heads stay as they are.
        """
        heads = {name.replace("/", "__") for name in head_layers(self.network)}
        for layer in self.net.layers:
            layer.trainable = not heads_only or layer.name in heads
        self.compile(
            optimizer=make_optimizer(optimizer),
            # TensorFlow's XLA takes minutes to compile for a processor, and gains nothing there.
            jit_compile=keras.backend.backend() == "jax",
        )
        height, width = self.network.input_size
        if not self.built:
            self.build((None, height, width, 3))
        self.optimizer.build(self.trainable_variables)

    def learn(self, batch: Batch, rate: float) -> dict[str, float]:
        """One step.

        Args:
            batch: What to learn from.
            rate: Learning rate.

        Returns:
            ``loss``, ``class_loss`` and ``box_loss`` before the step.
        """
        self.optimizer.learning_rate = rate
        figures = self.train_on_batch(
            batch.pixels, (batch.columns, batch.offsets), return_dict=True
        )
        return {name: float(value) for name, value in figures.items()}

    def answer(self, pixels: Any) -> tuple[Floats, Floats]:  # noqa: ANN401 - an array of bytes
        """Scores and offsets of pictures, uint8 ``[N, H, W, 3]`` RGB, as arrays."""
        scores, offsets = self.predict_on_batch(pixels)
        return np.asarray(scores, np.float32), np.asarray(offsets, np.float32)

    def weights_now(self) -> dict[str, LayerWeights]:
        """The weights, by layer."""
        return keras_weights(self.net, self.network)

    def take(self, weights: Weights) -> None:
        """Puts weights in the place of its own."""
        put_weights(self.net, weights)

    def averaged(self) -> "Averaged":
        """Inside ``with`` the weights' moving average stands in their place, where there is one."""
        return Averaged(self)


class Averaged:
    """Puts the average in the weights' place for a while."""

    def __init__(self, model: Detection) -> None:
        self._model = model
        self._kept: list[Any] = []

    def __enter__(self) -> None:
        self._kept = self._model.get_weights()
        self._model.optimizer.finalize_variable_values(self._model.trainable_variables)
        # On JAX weights and average are one buffer now, which goes when the network answers.
        self._model.set_weights(self._model.get_weights())

    def __exit__(self, *_failure: object) -> None:
        self._model.set_weights(self._kept)


def make_optimizer(recipe: OptimizerRecipe) -> keras.optimizers.Optimizer:
    """The optimizer that a recipe asks for; its learning rate is set step by step."""
    settings: dict[str, Any] = {
        "weight_decay": recipe.weight_decay or None,
        "global_clipnorm": recipe.clip or None,
        "use_ema": recipe.average > 0,
        "ema_momentum": recipe.average,
        "gradient_accumulation_steps": recipe.accumulate if recipe.accumulate > 1 else None,
    }
    optimizer = (
        keras.optimizers.SGD(1e-3, momentum=float(recipe.momentum), **settings)
        if recipe.kind == "sgd"
        else keras.optimizers.Adam(1e-3, **settings)
    )
    if recipe.weight_decay:
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma"])
    return optimizer


def head_layers(network: Network) -> set[str]:
    """Names of the layers that only heads are made of."""
    heads = set(network.heads)
    for layer in reversed(network.layers):
        readers = network.consumers(layer.name)
        if readers and all(reader.name in heads for reader in readers) and layer.weighted:
            # A depthwise layer before one head is the head's; a feature that two heads read is not.
            heads |= {layer.name} if len(readers) == 1 else set()
    return heads


def columns_of(network: Network) -> int:
    """Class columns of a network, the background's among them."""
    cell = len(network.anchors[0].sizes)
    return network.layer(network.scores[0]).kernel[3] // cell


def _joined(heads: list[Any], depth: int) -> Any:  # noqa: ANN401 - Keras is untyped
    """Joins heads ``[N, H, W, anchors of a cell * depth]`` to float32 ``[N, A, depth]``."""
    rows = [
        ops.reshape(head, (-1, head.shape[1] * head.shape[2] * head.shape[3] // depth, depth))
        for head in heads
    ]
    return ops.cast(ops.concatenate(rows, axis=1), "float32")
