"""Lines of logs: their times in one form, in order, each of them once."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcf.providers.kubernetes.log_lines import Place, PodLine, in_order, nanoseconds, pod_line


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000000000"),
        ("2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.500000000"),
        ("2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00.123456789"),
        ("2026-01-31T21:00:00.123456789+09:00", "2026-01-31T12:00:00.123456789"),
        ("2026-01-31T07:00:00-05:00", "2026-01-31T12:00:00.000000000"),
        ("unexpected", ""),
        ("", ""),
    ],
)
def test_times_are_in_one_form(stamp, at):
    assert nanoseconds(stamp) == at


def test_a_line_is_its_time_and_its_text():
    line = pod_line("a", "2026-01-31T12:00:00.123456789Z  two  words\r")
    assert (line.pod, line.text, line.timestamp) == (
        "a", " two  words", "2026-01-31T12:00:00.123456Z",
    )  # fmt: skip
    assert pod_line("a", "2026-01-31T12:00:00Z").text == ""
    assert pod_line("a", "unable to retrieve container logs for containerd://x") is None


async def stream(lines):
    for each in lines:
        await asyncio.sleep(0)
        yield each


logs = st.lists(st.integers(0, 20), max_size=12).map(
    lambda times: [PodLine(f"{at:02}", "a", str(place)) for place, at in enumerate(sorted(times))]
)


@given(st.lists(logs, max_size=5))
def test_lines_of_many_come_in_order_of_time(found):
    async def steps():
        return [line async for line in in_order([stream(each) for each in found])]

    lines = asyncio.run(steps())
    assert [line.at for line in lines] == sorted(line.at for each in found for line in each)
    assert sorted(lines) == sorted(line for each in found for line in each)


@given(logs, st.lists(st.integers(0, 12), max_size=4))
def test_however_often_reading_breaks_off_each_line_is_read_once(lines, breaks):
    place, read = Place(), []
    for stop in (*breaks, None):
        place.again()
        # The API begins with the second of the last line, so with lines that were read.
        begin = read[-1].at if read else ""
        again = [line for line in lines if line.at >= begin]
        read += [line for line in again[:stop] if place.is_new(line)]
    assert read == lines


def test_only_lines_from_a_time_on_are_new():
    place = Place("05")
    lines = [PodLine(at, "a", at) for at in ("04", "05", "05", "06")]
    assert [line.at for line in lines if place.is_new(line)] == ["05", "05", "06"]


def test_a_line_that_comes_late_is_not_lost():
    place = Place()
    lines = [PodLine(at, "a", at) for at in ("05", "04", "06")]
    assert [line for line in lines if place.is_new(line)] == lines
