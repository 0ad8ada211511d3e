"""Only what came since the last time; replicas that were started anew count as a whole."""

import pytest

from models.evaluation.drift.page import Counted
from models.evaluation.drift.window import read_window, seen_since, write_window
from models.ssd.errors import ProfileError
from models.ssd.profile import Profile


def profile(pictures, threshold=0.5, **classes):
    made = Profile(threshold, pictures=pictures)
    made.classes.update(classes)
    made.histograms["picture_detections"].counts[0] = pictures
    return made


def counted(**replicas):
    return {name: Counted({}, each, 0) for name, each in replicas.items()}


def test_without_an_earlier_time_all_of_all_replicas_count():
    seen = seen_since(counted(a=profile(3, cat=1), b=profile(4, cat=2)), {})
    assert (seen.pictures, seen.classes["cat"]) == (7, 3)


def test_what_was_counted_then_does_not_count_again(tmp_path):
    file = tmp_path / "counts.json"
    write_window(file, counted(a=profile(3, cat=1), gone=profile(9)))
    now = counted(a=profile(5, cat=4), new=profile(2))
    seen = seen_since(now, read_window(file))
    assert (seen.pictures, seen.classes["cat"]) == (4, 3)
    assert [each.name for each in tmp_path.iterdir()] == ["counts.json"]


@pytest.mark.parametrize(
    "then", [profile(9), profile(5, dog=1), profile(2, cat=4), profile(1, 0.3)], ids=range(4)
)
def test_a_replica_that_was_started_anew_counts_as_a_whole(then):
    seen = seen_since(counted(a=profile(5, cat=3)), {"a": then})
    assert (seen.pictures, seen.classes["cat"]) == (5, 3)


def test_replicas_that_count_differently_are_not_added_up():
    with pytest.raises(ProfileError):
        seen_since(counted(a=profile(1), b=profile(1, 0.3)), {})


def test_no_file_yet_is_no_earlier_time(tmp_path):
    assert read_window(tmp_path / "none.json") == {}


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"a": 1}', b"[" * 100_000, b"\xff"], ids=len
)
def test_another_file_is_refused_and_stays(tmp_path, content):
    file = tmp_path / "mine.json"
    file.write_bytes(content)
    with pytest.raises(ProfileError, match=r"mine\.json"):
        read_window(file)
    assert file.read_bytes() == content
