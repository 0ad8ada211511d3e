"""Pictures in a bucket. The library is played, by the words of it that are used: it is no part of
what the project installs, and what it talks to is somebody's account."""

import sys
import types

import pytest

from watcher.cloud import storage
from watcher.errors import BadRequest, BodyTooLarge, StorageFailed


class GoogleAPIError(Exception):
    pass


class NotFound(GoogleAPIError):
    pass


class RequestRangeNotSatisfiable(GoogleAPIError):
    pass


class GoogleAuthError(Exception):
    pass


@pytest.fixture
def library(monkeypatch):
    """Installs the library; `content` is in the bucket, `fault` is raised instead; `asked` for."""
    played = types.SimpleNamespace(content=b"", fault=None, asked=[])

    class Retry:
        def with_timeout(self, seconds):
            return ("until", seconds)

    class Blob:
        def __init__(self, *place):
            self.place = place

        def download_as_bytes(self, *, end, timeout, retry):
            played.asked.append((*self.place, end, timeout, retry))
            if played.fault:
                raise played.fault
            return played.content[: end + 1]  # both ends are included, as in a Range

    class Client:
        def bucket(self, bucket):
            return types.SimpleNamespace(blob=lambda name: Blob(bucket, name))

    def module(name, **content):
        made = types.ModuleType(name)
        made.__dict__.update(content, __path__=[])
        monkeypatch.setitem(sys.modules, name, made)
        return made

    for name in ("google", "google.api_core", "google.auth"):
        module(name)
    module(
        "google.api_core.exceptions",
        GoogleAPIError=GoogleAPIError,
        NotFound=NotFound,
        RequestRangeNotSatisfiable=RequestRangeNotSatisfiable,
    )
    module("google.auth.exceptions", GoogleAuthError=GoogleAuthError)
    module("google.cloud", storage=module("google.cloud.storage", Client=Client))
    module("google.cloud.storage.retry", DEFAULT_RETRY=Retry())
    return played


def test_without_the_buckets_library_the_line_says_what_to_install():
    with pytest.raises(StorageFailed, match=r"google-cloud-storage is not installed; put it into"):
        storage.fetch("b", "a.jpg", 10, 1.0)


@pytest.mark.parametrize(("size", "fits"), [(1, True), (10, True), (11, False), (9999, False)])
def test_no_more_is_fetched_than_shows_that_it_is_too_much(library, size, fits):
    library.content = b"x" * size
    if fits:
        assert storage.fetch("b", "a/c.jpg", 10, 3.0) == library.content
    else:
        with pytest.raises(BodyTooLarge, match=r"gs://b/a/c\.jpg is over 10 bytes"):
            storage.fetch("b", "a/c.jpg", 10, 3.0)
    # Byte 10 is the eleventh; all attempts together have the time of one call.
    assert library.asked == [("b", "a/c.jpg", 10, 3.0, ("until", 3.0))]


def test_an_empty_object_is_no_fault(library):
    library.fault = RequestRangeNotSatisfiable("no byte of it")
    assert storage.fetch("b", "a", 10, 1.0) == b""


def test_an_object_that_is_not_there_is_the_events_fault(library):
    library.fault = NotFound("404")
    with pytest.raises(BadRequest, match="gs://b/a, which is not there"):
        storage.fetch("b", "a", 10, 1.0)


@pytest.mark.parametrize("kind", [GoogleAPIError, GoogleAuthError, ConnectionError])
def test_any_other_fault_is_one_line_that_says_to_come_again(library, kind):
    library.fault = kind("no\nanswer " + "x" * 500)
    with pytest.raises(StorageFailed) as caught:
        storage.fetch("b", "a", 10, 1.0)
    assert caught.value.message.startswith("gs://b/a cannot be read: no answer xxx")
    assert len(caught.value.message) < 250
    assert "\n" not in caught.value.message
