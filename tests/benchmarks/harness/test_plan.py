"""A plan measures the samples with the model that serves; a quick one less of everything."""

from benchmarks.harness.plan import Plan, photos, quick
from models.ssd.bundle import DEFAULT_BUNDLE


def test_a_quick_plan_has_less_of_everything():
    plan, less = Plan(), quick(DEFAULT_BUNDLE)
    assert less.bundle == plan.bundle == DEFAULT_BUNDLE
    for amount in ("rounds", "calls", "seconds", "starts", "many", "original_calls"):
        assert 0 < getattr(less, amount) < getattr(plan, amount)


def test_photos_are_the_samples():
    assert len(photos()) >= 2
    assert all(photo.suffix == ".jpg" for photo in photos())
