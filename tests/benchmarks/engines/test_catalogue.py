"""Every engine runs something that can be made, in an environment that can be made."""

from benchmarks.engines.catalogue import ENGINES, VERSIONED
from benchmarks.engines.products import HOW_TO_INSTALL, PRODUCTS


def test_every_engine_runs_a_product_in_an_environment_with_a_way_to_make_it():
    for engine in ENGINES:
        assert engine.product in PRODUCTS
        assert engine.python in HOW_TO_INSTALL
        assert engine.python in VERSIONED
        assert any("{product}" in argument for argument in engine.command)


def test_a_slug_is_one_word_and_one_engines_own():
    slugs = [engine.slug for engine in ENGINES]
    assert len(set(slugs)) == len(slugs)
    assert all(slug == slug.lower() and " " not in slug for slug in slugs)
    assert "onnx-runtime-int8" in slugs
