"""The course of the learning rate, by hand."""

import pytest

from models.training.recipe import RateRecipe, rate_at


def test_cosine_with_warm_up():
    recipe = RateRecipe(peak=0.1, warm_up=0.2, shape="cosine", last=0.0)
    assert rate_at(recipe, 0.0) == pytest.approx(0.0001)
    assert rate_at(recipe, 0.1) == pytest.approx(0.05)
    assert rate_at(recipe, 0.2) == pytest.approx(0.1)
    assert rate_at(recipe, 0.6) == pytest.approx(0.05)
    assert rate_at(recipe, 1.0) == pytest.approx(0.0)


def test_a_share_of_the_peak_is_left():
    assert rate_at(RateRecipe(peak=1, warm_up=0, last=0.25), 1.0) == pytest.approx(0.25)


def test_steps():
    recipe = RateRecipe(peak=1, warm_up=0.1, shape="steps", steps=(0.5, 0.75), factor=0.1)
    rates = [rate_at(recipe, share) for share in (0.1, 0.49, 0.5, 0.75, 1.0)]
    assert rates == pytest.approx([1, 1, 0.1, 0.01, 0.01])


def test_constant_and_a_run_of_warm_up_alone():
    assert rate_at(RateRecipe(peak=0.3, warm_up=0, shape="constant"), 0.9) == 0.3
    assert rate_at(RateRecipe(peak=0.3, warm_up=1.0), 0.5) == pytest.approx(0.15)
