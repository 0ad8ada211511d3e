import pytest

from models.search.search_file import Plan
from models.search.space import Range

pytestmark = pytest.mark.lifecycle
SPACE = {
    "rate.peak": Range(log=(1e-4, 1e-2)),
    "rate.warm_up": Range(floats=(0, 0.5), step=0.25),
    "batch": Range(ints=(8, 32), step=8),
    "processes": Range(choice=(True, False)),
}


def values(plan, number):
    import optuna

    from models.search.proposing import pruner_of, sampler_of, suggest

    study = optuna.create_study(sampler=sampler_of(plan, number), pruner=pruner_of(plan))
    trial = study.ask()
    return {key: suggest(trial, key, wanted) for key, wanted in plan.space.items()}


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_values_are_of_the_space_and_of_the_seed(sampler):
    plan = Plan(space=SPACE, sampler=sampler)
    drawn = [values(plan, number) for number in range(20)]
    for each in drawn:
        assert all(SPACE[key].holds(value) for key, value in each.items()), each
    assert drawn == [values(plan, number) for number in range(20)]
    assert len({each["rate.peak"] for each in drawn}) == 20
    assert values(Plan(space=SPACE, sampler=sampler, seed=1), 0) != drawn[0]


@pytest.mark.parametrize("pruner", ["median", "percentile", "halving", "hyperband", "none"])
def test_what_is_far_behind_is_pruned(pruner):
    import optuna

    from models.search.proposing import pruner_of

    plan = Plan(space=SPACE, pruner=pruner)
    study = optuna.create_study(
        direction="maximize", pruner=pruner_of(plan), sampler=optuna.samplers.RandomSampler(seed=0)
    )
    bad = set()
    for number in range(40):
        trial = study.ask()
        value = 0.1 if number >= 20 else 0.9
        for epoch in range(1, plan.base.epochs + 1):
            trial.report(value, epoch)
            if trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                bad.add(number)
                break
        else:
            study.tell(trial, value)
    assert any(number >= 20 for number in bad) == (pruner != "none")
