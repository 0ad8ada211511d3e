import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.configuration import durations


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("1m30s", 90),
        ("1.5h", 5400),
        ("250ms", 0.25),
        ("1us", 1e-6),
        ("0", 0),
        (".5s", 0.5),
    ],
)
def test_reads_the_notation_of_go(text, seconds):
    assert durations.parse_go(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "30", "s", "-1s", "1 s", "1s1", "+1s", "1d", "٣s", "1e3s"])
def test_refuses_what_go_refuses_and_what_is_negative(text):
    assert durations.parse_go(text) is None


def test_settings_may_also_be_plain_seconds():
    assert durations.parse("30") == 30
    assert durations.parse("0.5") == 0.5
    assert durations.parse("1m") == 60
    assert durations.parse("nan") is None


@given(st.text())
def test_never_raises_and_never_negative(text):
    seconds = durations.parse(text)
    assert seconds is None or 0 <= seconds < float("inf")


@given(st.integers(0, 1000), st.integers(0, 59), st.integers(0, 59))
def test_parts_add_up(hours, minutes, seconds):
    text = f"{hours}h{minutes}m{seconds}s"
    assert durations.parse_go(text) == pytest.approx(hours * 3600 + minutes * 60 + seconds)
