"""The hyper-parameters of a run, as ``train.yaml`` holds them: every one has a default."""

import math
from typing import Annotated, Literal

import msgspec

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Some = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Rate = Annotated[float, msgspec.Meta(gt=0, le=10)]
NotNegative = Annotated[float, msgspec.Meta(ge=0, le=1000)]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all tables: immutable, and strict about what it does not know."""


class AugmentationRecipe(_Table, frozen=True, kw_only=True):
    """How likely each change of a picture is (arXiv:1512.02325, sections 2.2 and 3.6).

    Attributes:
        colors: Other brightness, contrast, hue and saturation.
        expand: A larger canvas around the picture.
        expand_most: How many times as high and wide it is at most.
        crop: A part of the picture that keeps a least overlap with some object.
        flip: Left and right changed; 0 where that makes another object, as of digits.
    """

    colors: Share = 1.0
    expand: Share = 0.5
    expand_most: Annotated[float, msgspec.Meta(ge=1, le=10)] = 4.0
    crop: Share = 1.0
    flip: Share = 0.5


class RateRecipe(_Table, frozen=True, kw_only=True):
    """The learning rate over the run.

    Attributes:
        peak: The greatest.
        warm_up: Share of the run in which it rises to that, from near 0.
        shape: How it falls afterwards: ``cosine`` to ``last``, ``steps``, or not at all.
        last: What is left of the peak at the end of ``cosine``.
        steps: Shares of the run at which ``steps`` multiplies it by ``factor``.
        factor: See ``steps``.
    """

    peak: Rate = 1e-3
    warm_up: Share = 0.03
    shape: Literal["cosine", "steps", "constant"] = "cosine"
    last: Share = 0.01
    steps: tuple[Share, ...] = (0.67, 0.83)
    factor: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.1


class OptimizerRecipe(_Table, frozen=True, kw_only=True):
    """How weights follow gradients.

    Attributes:
        kind: Adam, or stochastic gradient descent with momentum.
        momentum: Of ``sgd``.
        weight_decay: Taken from each kernel, times the learning rate; 0 for none.
        clip: Greatest norm of all gradients together; 0 for no limit.
        accumulate: Batches whose gradients are averaged before weights change.
        average: Decay of the weights' moving average, which is what is measured and exported; 0 for
            none.
    """

    kind: Literal["adam", "sgd"] = "adam"
    momentum: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.9
    weight_decay: NotNegative = 0.0
    clip: NotNegative = 5.0
    accumulate: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 1
    average: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.99


class LossRecipe(_Table, frozen=True, kw_only=True):
    """What is a mistake, and how grave (arXiv:1512.02325, section 2.2).

    Attributes:
        overlap: Overlap (IoU) with an object from which an anchor is to find it.
        negatives: Negatives a matched anchor in the class loss.
        negatives_alone: Negatives of a picture without objects.
        box_weight: Weight of the box loss beside the class loss.
    """

    overlap: Annotated[float, msgspec.Meta(ge=0.1, le=0.95)] = 0.5
    negatives: NotNegative = 3.0
    negatives_alone: Count = 3
    box_weight: NotNegative = 1.0


class Recipe(_Table, frozen=True, kw_only=True):
    """All hyper-parameters.

    Attributes:
        network: The network, by its name in the catalogue.
        anchors: Its anchor set; empty for the usual one.
        start: Weights to start from: ``embedded`` (the committed ones of the network), ``fresh``,
            or a file or folder that has some.
        seed: What is drawn from it: fresh weights, the order of pictures, their augmentation.
        epochs: How often the data set is gone through.
        heads_first: Epochs at the start in which the heads alone learn.
        batch: Pictures a step.
        precision: Type of the computation; weights are float32 always.
        validation: Share of the pictures held back to measure on, where the data set has no such
            part of its own.
        measure_every: Epochs from one measurement to the next.
        patience: Measurements without a better one after which the run ends; 0 for never.
        repeat_below: A class in fewer than this share of the pictures has its pictures repeated
            (arXiv:1908.03195, section 5.3); 0 for none.
        workers: Threads, or processes, that prepare pictures; 0 for one a processor.
        processes: Whether they are processes, which a GPU needs.
        rate: The learning rate.
        optimizer: How weights follow gradients.
        loss: What is a mistake.
        augmentation: How pictures are changed.
    """

    network: str = "ssdlite-mobilenet-v2"
    anchors: str = ""
    start: str = "embedded"
    seed: Count = 0
    epochs: Some = 30
    heads_first: Count = 0
    batch: Annotated[int, msgspec.Meta(ge=1, le=4096)] = 16
    precision: Literal["float32", "bfloat16"] = "float32"
    validation: Annotated[float, msgspec.Meta(ge=0, le=0.9)] = 0.1
    measure_every: Some = 1
    patience: Count = 0
    repeat_below: Share = 0.0
    workers: Annotated[int, msgspec.Meta(ge=0, le=256)] = 0
    processes: bool = False
    rate: RateRecipe = RateRecipe()
    optimizer: OptimizerRecipe = OptimizerRecipe()
    loss: LossRecipe = LossRecipe()
    augmentation: AugmentationRecipe = AugmentationRecipe()


def rate_at(recipe: RateRecipe, share: float) -> float:
    """The learning rate at a share of the run.

    Args:
        recipe: Its course.
        share: What is done of the run, 0..1.

    Returns:
        The rate; at the very start a little above 0.
    """
    if share < recipe.warm_up:
        return recipe.peak * max(share / recipe.warm_up, 1e-3)
    if recipe.shape == "steps":
        return recipe.peak * recipe.factor ** sum(share >= step for step in recipe.steps)
    if recipe.shape == "constant":
        return recipe.peak
    done = (share - recipe.warm_up) / max(1 - recipe.warm_up, 1e-9)
    fall = (1 + math.cos(math.pi * min(done, 1.0))) / 2
    return recipe.peak * (recipe.last + (1 - recipe.last) * fall)
