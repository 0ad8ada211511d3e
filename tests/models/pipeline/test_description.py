from pathlib import Path

from models.pipeline.description import Pipeline, Step, is_inside
from models.pipeline.verbs import Kind


def test_a_step_has_the_outputs_that_it_was_given():
    step = Step("look", "evaluate", {"data": ("d",), "report": ("r",)})
    assert list(step.outputs()) == [("report", Kind.FOLDER, "r")]
    assert list(Step("look", "evaluate", {"data": ("d",)}).outputs()) == []


def test_steps_run_beside_their_file():
    assert Pipeline(Path("/a/b/pipeline.yaml"), ()).folder == Path("/a/b")


def test_inside_is_the_folder_itself_or_below():
    assert is_inside(Path("/a"), Path("/a"))
    assert is_inside(Path("/a/b/c"), Path("/a"))
    assert not is_inside(Path("/ab"), Path("/a"))
