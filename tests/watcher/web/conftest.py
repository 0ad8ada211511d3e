import pytest


@pytest.fixture
def small(start):
    """A watcher that takes bodies of 100,000 bytes."""
    return start(MAX_BODY_BYTES=100_000)


@pytest.fixture
def hasty(start):
    """The same, which gives up a request that has not come within a second."""
    return start(MAX_BODY_BYTES=100_000, READ_TIMEOUT="1")
