"""The original way for real: network and weights anew on each call, in TensorFlow's environment."""

import pytest

from benchmarks.comparisons.original_way import _PYTHON, _QUIET
from benchmarks.harness.plan import photos
from benchmarks.harness.worker import Worker


@pytest.mark.tensorflow
@pytest.mark.skipif(not _PYTHON.exists(), reason="`make train-env` installs TensorFlow")
def test_a_call_says_its_time_and_the_memory_after_it():
    with Worker(_PYTHON, ["benchmarks.workers.original_way"], _QUIET) as worker:
        answer = worker.ask({"photo": str(photos()[0])})
    assert answer["ms"] > 0
    assert answer["rss"] > 100_000_000
