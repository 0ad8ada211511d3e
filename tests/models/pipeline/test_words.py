import pytest

from models.commands.verb_options import options_of
from models.pipeline.description import Step
from models.pipeline.machine import How
from models.pipeline.words import words_of

STEPS = {
    "options": (Step("a", "train", {"data": ("d",), "out": ("r",), "deterministic": ()}), How.ANEW,
                ("train", "--data=d", "--out=r", "--deterministic")),
    "going on": (Step("a", "train", {"data": ("d",), "out": ("r",), "config": ("c",)}), How.GO_ON,
                 ("train", "--data=d", "--resume=r")),
    "of the group": (Step("a", "models add", {"bundle": ("b",), "experiment": ("e",),
                                              "registry": ("s3://r",)}), How.ANEW,
                     ("models", "--registry=s3://r", "add", "--experiment=e", "--", "b")),
    "a model that was given": (Step("a", "gate", {"candidate": ("$add",), "data": ("d",)}),
                               How.ANEW,
                               ("gate", "--data=d", "--", "coco-1")),
    "several": (Step("a", "data check", {"folders": ("a", "b")}), How.ANEW,
                ("data", "check", "--", "a", "b")),
    "values like options": (Step("a", "export", {"run": ("--out=/",), "out": ("-x",)}), How.ANEW,
                            ("export", "--out=-x", "--", "--out=/")),
    "values like commands": (Step("a", "export", {"run": ("$(ls)",), "out": ("; ls",)}), How.ANEW,
                             None),
}  # fmt: skip


@pytest.mark.parametrize("case", STEPS.values(), ids=STEPS)
def test_a_step_is_the_words_of_its_verb(case):
    step, how, words = case
    if words is None:
        with pytest.raises(KeyError):
            words_of(step, options_of(step.words), how, {})
    else:
        assert words_of(step, options_of(step.words), how, {"add": "coco-1"}) == words
