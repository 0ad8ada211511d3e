import pytest

from models.search.space import Range, check_space, values_of, with_values
from models.training.errors import BadRecipe
from models.training.recipe import Recipe


@pytest.mark.parametrize(
    ("space", "said"),
    [
        ({}, "space is empty"),
        ({"rate.peek": Range(log=(1e-4, 1e-2))}, "did you mean rate.peak?"),
        ({"rate": Range(log=(1e-4, 1e-2))}, "rate: unknown key"),
        ({"batch": Range()}, "batch: give exactly one of float, log, int, choice, got 0"),
        ({"batch": Range(ints=(1, 2), choice=(1,))}, "got 2"),
        ({"batch": Range(ints=(8, 8))}, "from 8 to 8 is no range"),
        ({"rate.peak": Range(floats=(float("nan"), 1.0))}, "from nan to 1 is no range"),
        ({"loss.box_weight": Range(floats=(0, float("inf")))}, "from 0 to inf is no range"),
        ({"rate.peak": Range(log=(0.0, 1.0))}, "log begins above 0"),
        ({"rate.peak": Range(log=(0.1, 1.0), step=0.1)}, "log has no step"),
        ({"batch": Range(ints=(8, 32), step=100)}, "step 100 does not fit"),
        ({"batch": Range(ints=(8, 32), step=1.5)}, "step 1.5 does not fit"),
        ({"batch": Range(choice=(8, 16, 8))}, "a choice stands twice"),
        ({"batch": Range(floats=(8, 32))}, "batch: Expected `int`"),
        ({"batch": Range(ints=(0, 32))}, "batch: Expected `int` >= 1"),
        ({"batch": Range(ints=(1, 5000))}, "batch: Expected `int` <= 4096"),
        ({"rate.peak": Range(floats=(0.0, 1.0))}, "rate.peak: Expected `float` > 0"),
        ({"optimizer.kind": Range(choice=("adam", "adamw"))}, "optimizer.kind: Invalid enum"),
        ({"optimizer.momentum": Range(floats=(0.5, 1.0))}, "optimizer.momentum: Expected"),
        ({"rate.steps": Range(choice=(0.5,))}, "rate.steps: Expected `array`"),
        ({"processes": Range(choice=(True, 7))}, "processes: Expected `bool`"),
    ],
)
def test_what_the_recipe_cannot_be_is_refused(space, said):
    with pytest.raises(BadRecipe) as raised:
        check_space(space, Recipe(), "search.yaml")
    assert said in raised.value.message
    assert "\n" not in raised.value.message


def test_what_it_can_be_is_allowed():
    check_space(
        {
            "rate.peak": Range(log=(1e-4, 1e-2)),
            "rate.warm_up": Range(floats=(0, 1)),
            "batch": Range(ints=(8, 32), step=8),
            "processes": Range(choice=(True, False)),
            "optimizer.kind": Range(choice=("adam", "sgd")),
        },
        Recipe(),
        "search.yaml",
    )


def test_values_go_where_their_key_says():
    recipe = with_values(Recipe(epochs=7), {"rate.peak": 0.5, "batch": 4}, "here")
    assert (recipe.rate.peak, recipe.batch, recipe.epochs) == (0.5, 4, 7)
    assert recipe.rate.warm_up == Recipe().rate.warm_up


@pytest.mark.parametrize(
    ("key", "wanted", "inside"),
    [
        ("batch", Range(ints=(8, 32)), True),
        ("batch", Range(ints=(8, 32), step=8), True),
        ("batch", Range(ints=(9, 32), step=8), False),
        ("batch", Range(ints=(17, 32)), False),
        ("batch", Range(choice=(8, 16)), True),
        ("batch", Range(choice=(8, 32)), False),
        ("processes", Range(choice=(0, 1)), False),  # 0 is not false
        ("rate.peak", Range(log=(1e-4, 1e-2)), True),
    ],
)
def test_the_bases_own_values_where_they_lie_in_the_space(key, wanted, inside):
    own = values_of(Recipe(), {key: wanted})
    assert (own is not None) == inside
