from dataclasses import replace
from pathlib import Path

import pytest

from models.datasets.digest import digest_of
from models.datasets.exchange import cache
from models.datasets.exchange.cache import local_folder
from models.datasets.exchange.opening import open_place
from models.datasets.exchange.pushing import push
from models.datasets.reading import read_data_set

from .conftest import quiet

pytestmark = pytest.mark.lifecycle


def test_a_place_is_pulled_once_and_again_when_it_has_another(data, tmp_path, monkeypatch):
    monkeypatch.setenv("SSD_DATA_CACHE", str(tmp_path / "cache"))
    place = f"file://{tmp_path}/place"
    push(data, open_place(place), quiet)
    folder = local_folder(place, quiet)
    assert folder.parent == tmp_path / "cache"
    assert digest_of(read_data_set(folder)) == digest_of(data)
    times = {each: each.stat().st_mtime_ns for each in folder.rglob("*")}
    assert local_folder(place, quiet) == folder
    assert {each: each.stat().st_mtime_ns for each in folder.rglob("*")} == times
    push(replace(data, pictures=data.pictures[1:]), open_place(place), quiet, replace=True)
    other = local_folder(place, quiet)
    assert other != folder
    assert len(read_data_set(other).pictures) == 2


@pytest.mark.parametrize("known", [False, True])
def test_a_place_that_is_replaced_meanwhile_is_kept_as_what_it_is(
    data, tmp_path, monkeypatch, known
):
    monkeypatch.setenv("SSD_DATA_CACHE", str(tmp_path / "cache"))
    place = f"file://{tmp_path}/place"
    other = replace(data, pictures=data.pictures[1:])
    push(other, open_place(place), quiet)
    if known:
        local_folder(place, quiet)
    push(data, open_place(place), quiet, replace=True)
    pull = cache.pull

    def later(*what):
        push(other, open_place(place), quiet, replace=True)
        return pull(*what)

    monkeypatch.setattr(cache, "pull", later)
    folder = local_folder(place, quiet)
    monkeypatch.undo()
    monkeypatch.setenv("SSD_DATA_CACHE", str(tmp_path / "cache"))
    assert digest_of(read_data_set(folder)) == digest_of(other)
    assert local_folder(place, quiet) == folder
    push(data, open_place(place), quiet, replace=True)
    assert digest_of(read_data_set(local_folder(place, quiet))) == digest_of(data)


def test_a_folder_is_left_as_it_is(tmp_path):
    assert local_folder(tmp_path, quiet) == tmp_path
    assert local_folder("a/b", quiet) == Path("a/b")
