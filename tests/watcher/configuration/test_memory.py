import pytest

from watcher.configuration import memory
from watcher.configuration.config import read


@pytest.mark.parametrize(
    ("name", "text", "limit"),
    [
        ("memory.max", "268435456\n", 268435456),
        ("memory.max", "max\n", 0),
        ("memory/memory.limit_in_bytes", "268435456\n", 268435456),
        ("memory/memory.limit_in_bytes", "9223372036854771712\n", 0),
        ("other", "1", 0),
    ],
    ids=["v2", "v2-none", "v1", "v1-none", "no-cgroup"],
)
def test_a_cgroups_limit(tmp_path, name, text, limit):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    assert memory.limit(tmp_path) == limit


@pytest.mark.parametrize(
    ("limit", "given", "largest", "wanted"),
    [
        (0, "0", "1000", 0),
        (256 << 20, "0", "1000", 64 << 20),
        (256 << 20, "5000", "1000", 5000),
        (0, "10", "1000", 1000),
        (4000, "0", "5000", 5000),
    ],
    ids=["none", "a-quarter", "as-said", "one-body-fits", "one-body-fits-a-small-one"],
)
def test_the_memory_for_bodies_follows_it(monkeypatch, limit, given, largest, wanted):
    monkeypatch.setattr(memory, "limit", lambda: limit)
    assert read({}, {"BODY_MEMORY": given, "MAX_BODY_BYTES": largest}).body_memory == wanted
