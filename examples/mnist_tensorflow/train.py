"""Learns digits with TensorFlow: `python -m mnist_tensorflow.train --help`."""

import shutil

import numpy as np
from mnist.training import arguments, run

MODEL = "model"


class Learner:
    """The network, its optimizer, and how both are kept."""

    def __init__(self, seed, rate, hidden):
        import keras
        import tensorflow as tf

        keras.utils.set_random_seed(seed)
        tf.config.experimental.enable_op_determinism()
        self.device = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
        self.name = f"TensorFlow {tf.__version__}"
        self._keras = keras
        self._net = _network(keras.layers, keras, hidden)
        self._optimizer = keras.optimizers.Adam(rate)
        self._optimizer.build(self._net.trainable_variables)
        self._step = _step(tf, self._net, self._optimizer)
        self._logits = tf.function(self._net, reduce_retracing=True)

    def learn(self, images, labels):
        """One step on float32 [N, 28, 28] and uint8 [N]; the loss."""
        return float(self._step(images, labels.astype(np.int32)))

    def probabilities(self, images):
        """Float32 [N, 28, 28] to float32 [N, 10]."""
        return self._keras.ops.softmax(self._logits(images)).numpy()

    def save(self, file, told):
        """Everything that going on takes, with a text beside it."""
        values = {f"variable{index}": each.numpy() for index, each in enumerate(self._variables())}
        with file.open("wb") as stream:
            np.savez(stream, told=told, **values)

    def restore(self, file):
        """Goes back to what was saved; the text beside it."""
        with np.load(file, allow_pickle=False) as kept:
            for index, variable in enumerate(self._variables()):
                variable.assign(kept[f"variable{index}"])
            return str(kept["told"])

    def export(self, folder):
        """The SavedModel that the handler reads: pictures in, probabilities out; its name."""
        whole = self._keras.Sequential([self._net, self._keras.layers.Softmax()])
        whole.build((None, 28, 28))
        partial, old = folder / f"{MODEL}.partial", folder / f"{MODEL}.old"
        for each in (partial, old):
            shutil.rmtree(each, ignore_errors=True)
        whole.export(partial, verbose=False)
        if (folder / MODEL).exists():
            (folder / MODEL).rename(old)
        partial.rename(folder / MODEL)
        shutil.rmtree(old, ignore_errors=True)
        return MODEL

    def _variables(self):
        return [*self._net.variables, *self._optimizer.variables]


def _network(layers, keras, hidden):
    """Two convolutions and two dense layers: float32 [N, 28, 28] to logits [N, 10]."""
    return keras.Sequential([
        keras.Input((28, 28)), layers.Reshape((28, 28, 1)),
        layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dense(hidden, activation="relu"), layers.Dense(10),
    ])  # fmt: skip


def _step(tf, net, optimizer):
    """One step as a graph: images and labels in, the loss out."""

    @tf.function(reduce_retracing=True)
    def step(images, labels):
        with tf.GradientTape() as tape:
            logits = net(images, training=True)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            )
        slopes = tape.gradient(loss, net.trainable_variables)
        optimizer.apply_gradients(zip(slopes, net.trainable_variables, strict=True))
        return loss

    return step


if __name__ == "__main__":
    run(arguments(__doc__), Learner)
