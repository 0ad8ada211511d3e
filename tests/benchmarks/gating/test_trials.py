"""Models whose worth is known, before the gate."""

import numpy as np
import pytest

from benchmarks.gating.processes import in_processes
from benchmarks.gating.retrained import Noise, Retrainings
from benchmarks.gating.trials import Setting, run_trials
from models.registry.gate.rules import Golden, Overall, Rules
from models.ssd.labels import Labels
from tests.models.evaluation.scenes import data, picture

COPIES = 4


@pytest.fixture(scope="module")
def retrainings():
    """A model that finds nine of ten objects, and something else in every third picture."""
    random = np.random.default_rng(0)
    pictures, found = [], []
    for number in range(1, 61):
        objects = []
        for column in (0, 1):
            ymin, xmin = random.uniform(0, 60, 2)
            objects.append((column, ymin, xmin, ymin + 30, xmin + 30))
            if random.random() < 0.9:
                found.append({
                    "image_id": number, "category_id": column + 1,
                    "score": random.uniform(0.3, 1), "bbox": [xmin, ymin, 30, 30],
                })  # fmt: skip
        if number % 3 == 0:
            found.append({
                "image_id": number, "category_id": 1, "score": random.uniform(0, 0.6),
                "bbox": [*random.uniform(0, 60, 2), 20, 20],
            })  # fmt: skip
        pictures.append(picture(number, *objects))
    labels = Labels(("cat", "dog"), (1, 2))
    return Retrainings(data(*pictures), found, labels, COPIES, Noise(), 0)


def test_worse_ones_are_as_much_worse_as_was_asked_for(retrainings):
    equal = retrainings.population()
    worse = retrainings.worse(5, equal.precision)
    assert equal.precision - worse.precision == pytest.approx(5, abs=0.2)
    assert 0 < worse.dropped < 0.2
    assert worse.right.mean() < equal.right.mean()


def test_the_gate_tells_them_apart(retrainings):
    equal = retrainings.population()
    worse = retrainings.worse(10, equal.precision)
    setting = Setting(150, COPIES, Rules(overall=Overall(limit=5), golden=Golden(share=0.5)), 100)
    same = run_trials(equal, equal, setting, 10, 1)
    assert same.passed == 1 - max(same.refused.values()) > 0.5
    assert abs(same.mean) < 1 < same.spread * 3 + 1
    lost = run_trials(worse, equal, setting, 10, 1)
    assert (lost.passed, lost.refused["overall"]) == (0, 1)
    assert lost.mean == pytest.approx(-10, abs=3)
    assert run_trials(equal, worse, setting, 10, 1).refused["overall"] == 0
    assert run_trials(equal, equal, setting, 10, 1) == same


def test_lines_come_back_in_order_and_a_process_that_dies_is_told():
    assert list(in_processes(str, [3, 1, 2])) == ["3", "1", "2"]
    with pytest.raises(RuntimeError, match="ended without an answer"):
        list(in_processes(lambda _task: "", [1]))
