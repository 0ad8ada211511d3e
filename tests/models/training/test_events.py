"""What TensorBoard's own reader finds in what was written."""

import pytest

pytest.importorskip("tensorboard", reason="the training environment has it: make train-env")

from models.training.events import Events

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def test_figures_are_read_back(tmp_path):
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    with Events(tmp_path / "events") as events:
        events.add(1, 10.0, {"train/loss": 2.5, "train/rate": 0.5})
        events.add(2, 11.0, {"val/mAP": 0.25})
    (file,) = (tmp_path / "events").iterdir()
    found = [
        (event.step, value.tag, value.simple_value or value.tensor.float_val[0])
        for event in EventFileLoader(str(file)).Load()
        for value in event.summary.value
    ]
    assert found == [(1, "train/loss", 2.5), (1, "train/rate", 0.5), (2, "val/mAP", 0.25)]


def test_a_run_that_goes_on_has_a_second_file(tmp_path):
    for step in (1, 2):
        with Events(tmp_path) as events:
            events.add(step, float(step), {"x": 1.0})
    assert 1 <= len(list(tmp_path.iterdir())) <= 2
