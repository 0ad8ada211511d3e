import pytest


@pytest.mark.slow
def test_its_boxes_are_the_bare_loops(answers_as_the_bare_loop):
    answers_as_the_bare_loop("bentoml")
