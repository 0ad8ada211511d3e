"""The losses of SSD (arXiv:1512.02325, section 2.2) in ``keras.ops``, for any backend.

The loss of a batch is ``(L_class + L_box) / N``, where N counts the matched anchors of the whole
batch, and is 1 where there are none. ``L_class`` sums over the matched anchors and, in each
picture, over the three negatives a matched anchor that the network gets most wrong: there are
hundreds of negatives for one matched anchor, and easy ones would drown it.
"""

from typing import Any, Literal

from keras import ops

from .matching import NEGATIVE

Tensor = Any
"""A tensor of whatever backend runs."""


def detection_losses(
    scores: Tensor,
    offsets: Tensor,
    columns: Tensor,
    wanted: Tensor,
    activation: Literal["sigmoid", "softmax"],
    mining: tuple[float, int] = (3.0, 3),
) -> tuple[Tensor, Tensor]:
    """Both losses of a batch.

    Args:
        scores: float32 ``[N, A, C]``, logits; under a softmax column 0 means background.
        offsets: float32 ``[N, A, 4]``, as the network writes them.
        columns: int32 ``[N, A]``, as in ``Targets.columns``.
        wanted: float32 ``[N, A, 4]``, as in ``Targets.offsets``.
        activation: What turns logits into probabilities.
        mining: Negatives a matched anchor, and those of a picture without objects.

    Returns:
        Class loss and box loss, two numbers.
    """
    matched = ops.cast(columns >= 0, "float32")
    negative = ops.cast(ops.equal(columns, NEGATIVE), "float32")
    count = ops.maximum(ops.sum(matched), 1.0)
    losses = softmax_losses if activation == "softmax" else sigmoid_losses
    each, hardness = losses(scores, columns)
    chosen = hard_negatives(hardness, negative, _wanted_negatives(matched, mining))
    class_loss = ops.sum(each * (matched + chosen)) / count
    box_loss = ops.sum(smooth_l1(offsets - wanted) * matched[..., None]) / count
    return class_loss, box_loss


def softmax_losses(scores: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy ``-log softmax(scores)[class]`` of every anchor.

    Args:
        scores: float32 ``[N, A, C]``, logits; column 0 means background.
        columns: int32 ``[N, A]``; class k of the data set is column k + 1.

    Returns:
        ``[N, A]`` twice: the loss, and how hard the anchor is as a negative: its background's loss.
    """
    logarithms = ops.log_softmax(scores, axis=-1)
    target = ops.maximum(columns + 1, 0)
    each = -ops.sum(logarithms * ops.one_hot(target, scores.shape[-1], dtype="float32"), axis=-1)
    return each, -logarithms[..., 0]


def sigmoid_losses(scores: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
    """Binary cross-entropy of every anchor, summed over the classes.

    Of one logit x with target t (0 or 1) it is ``log(1 + e^x) - t * x``.

    Args:
        scores: float32 ``[N, A, C]``, logits; no column means background.
        columns: int32 ``[N, A]``.

    Returns:
        ``[N, A]`` twice: the loss, and how hard the anchor is as a negative: its largest class
        loss.
    """
    negative_losses = ops.softplus(scores)
    hot = ops.one_hot(ops.maximum(columns, 0), scores.shape[-1], dtype="float32")
    hot = hot * ops.cast(columns >= 0, "float32")[..., None]
    return ops.sum(negative_losses - hot * scores, axis=-1), ops.max(negative_losses, axis=-1)


def smooth_l1(errors: Tensor) -> Tensor:
    """``0.5 x^2`` up to 1, ``|x| - 0.5`` beyond (Fast R-CNN, arXiv:1504.08083, equation 3)."""
    size = ops.abs(errors)
    return ops.where(size < 1.0, 0.5 * ops.square(errors), size - 0.5)


def hard_negatives(hardness: Tensor, negative: Tensor, wanted: Tensor) -> Tensor:
    """Chooses the hardest negatives of each picture.

    Args:
        hardness: float32 ``[N, A]``, at least 0.
        negative: ``[N, A]``: 1 for the anchors that may be chosen, 0 for the others.
        wanted: ``[N, 1]``: how many of them.

    Returns:
        ``[N, A]``: 1 for those chosen, 0 for the others. No gradient passes through it.
    """
    masked = ops.stop_gradient(hardness * negative - (1.0 - negative))
    ranks = ops.argsort(ops.argsort(-masked, axis=1), axis=1)
    return ops.cast(ops.cast(ranks, "float32") < wanted, "float32") * negative


def _wanted_negatives(matched: Tensor, mining: tuple[float, int]) -> Tensor:
    """``[N, 1]``: how many negatives each picture's loss takes."""
    ratio, alone = mining
    count = ops.sum(matched, axis=1, keepdims=True)
    return ops.where(count > 0, ratio * count, float(alone))
