"""Errors of training.

ModelError
+-- BadRecipe        bad_recipe         train.yaml says what cannot be
+-- BadRun           bad_run            a run's folder is taken, is none, or is damaged
+-- NothingToLearn   nothing_to_learn   the data set has too little to learn from
+-- WeightsUnfit     weights_unfit      weights to start from that are another network's
+-- NotFinite        not_finite         the loss is no number any more
"""

from ..ssd.errors import ModelError


class BadRecipe(ModelError):
    """A file of hyper-parameters that cannot be used."""

    code = "bad_recipe"


class BadRun(ModelError):
    """A folder that is no run, is damaged, or would be overwritten."""

    code = "bad_run"


class NothingToLearn(ModelError):
    """No picture, or no object, to learn from."""

    code = "nothing_to_learn"


class WeightsUnfit(ModelError):
    """Weights to start from that cannot be read, or are those of another network."""

    code = "weights_unfit"


class NotFinite(ModelError):
    """The loss is infinite or not a number; nothing that came of it is kept."""

    code = "not_finite"
