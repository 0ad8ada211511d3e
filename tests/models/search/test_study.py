import pytest

from models.search.errors import BadStudy
from tests.models.search.conftest import SPACE

pytestmark = pytest.mark.lifecycle


@pytest.fixture
def study(begin_study):
    from models.search.study import Study

    return Study(*begin_study())


def test_a_trial_is_claimed_once_and_told_of(study):
    claim = study.claim()
    assert (claim.id, claim.resumed) == ("digits-1", False)
    assert study.under_way() == 1
    assert study.best() is None
    study.report(claim, 1, 0.25)
    study.report(claim, 1, 0.75)  # a resumed run tells an epoch again: what was known stays
    study.finish(claim, "complete", 0.5)
    assert study.under_way() == 0
    assert study.trials()[0].intermediate_values == {1: 0.25}
    best = study.best()
    assert (best["id"], best["mAP"], best["trial"]) == ("digits-1", 0.5, 1)
    assert best["parameters"] == dict(claim.values)


def test_the_study_ends_with_its_number_of_trials(study):
    claims = [study.claim() for _ in range(4)]
    assert [claim.number for claim in claims] == [0, 1, 2, 3]
    assert study.claim() is None
    study.finish(claims[0], "fail", why="it broke")
    assert study.claim() is None
    assert study.describe(study.trials()[0])["reason"] == "it broke"


def test_the_recipe_comes_first_only_where_it_lies_in_the_space(begin_study):
    from models.search.study import Study

    space = SPACE.replace("[4, 16]", "[4, 8]")
    claim = Study(*begin_study(space=space)).claim()
    assert claim.values["rate.peak"] != 1e-3


def test_a_claim_that_was_left_is_taken_up_with_its_values(study):
    first = study.claim()
    first.lock.release()
    again = study.claim()
    assert (again.number, again.resumed) == (first.number, True)
    assert again.values == first.values


def test_values_of_another_search_are_refused(study, begin_study):
    import optuna

    from models.search.study import Study

    other = optuna.distributions.CategoricalDistribution([16, 999])
    study._study.ask(fixed_distributions={"batch": other})
    place, note = begin_study()
    with pytest.raises(BadStudy) as raised:
        Study(place, note).claim()
    assert "is not of this search" in raised.value.message


def test_a_slow_trial_is_never_the_best(study):
    slow, fast = study.claim(), study.claim()
    study.constrain(slow, 30.0, limit=20.0)
    study.finish(slow, "complete", 0.9)
    assert study.best() is None
    study.constrain(fast, 20.0, limit=20.0)
    study.constrain(fast, 20.0, limit=20.0)  # once more after a kill
    study.finish(fast, "complete", 0.1)
    assert study.best()["id"] == fast.id
    assert study.best()["latency_ms"] == 20.0


def test_importance_wants_more_than_one_trial(study):
    assert study.importance() == {}
    study.finish(study.claim(), "complete", 0.1)
    assert study.importance() == {}


def test_importance_tells_what_mattered(begin_study):
    from models.search.study import Study

    study = Study(*begin_study(trials=30))
    while (claim := study.claim()) is not None:
        study.finish(claim, "complete", claim.values["rate.peak"])
    shares = study.importance()
    assert next(iter(shares)) == "rate.peak"
    assert sum(shares.values()) == pytest.approx(1)
