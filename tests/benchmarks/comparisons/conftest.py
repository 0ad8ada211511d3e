"""What tests of comparisons share."""

from collections import Counter

import pytest

from benchmarks.harness.load import Outcome


@pytest.fixture
def figures():
    """Figure and verdict of every row of a finding."""
    return lambda finding: [(row.figure, row.verdict) for row in finding.rows]


@pytest.fixture
def load():
    """What so many calls came to that were answered alike."""

    def outcome(calls, seconds, generator=0.0, status=200):
        return Outcome(seconds, generator, [5.0] * calls, Counter({status: calls}))

    return outcome
