"""The kernel's own count of processes that it ended for want of memory."""

import pytest

from dcf.providers.process.oom_kills import oom_kills


def test_the_kernel_of_this_machine_counts_or_does_not():
    found = oom_kills()
    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("pgfault 7\noom_kill 3\nswap_ra 1\n", 3),
        ("oom_kill 0\n", 0),
        ("pgfault 7\n", None),
        ("oom_kill many\n", None),
        ("", None),
    ],
)
def test_it_is_read_from_among_the_others(tmp_path, text, count):
    counters = tmp_path / "vmstat"
    counters.write_text(text)
    assert oom_kills(counters) == count
    assert oom_kills(tmp_path / "none") is None
