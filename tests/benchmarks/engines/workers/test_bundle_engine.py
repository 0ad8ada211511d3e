"""A bundle in the session that serves it answers as the session does."""

import sys

import numpy as np

from models.ssd.bundle import DEFAULT_BUNDLE


def test_a_bundle_answers_scores_and_offsets(answered):
    file = answered("bundle", sys.executable, "bundle_engine", DEFAULT_BUNDLE)
    with np.load(file) as answer:
        scores, offsets = answer["scores"], answer["offsets"]
    assert scores.shape[:2] == offsets.shape[:2]
    assert offsets.shape[2] == 4
    assert np.isfinite(scores).all()
