import pytest


@pytest.fixture
def small(start):
    """A watcher that takes bodies of 100,000 bytes, and a second for a request."""
    return start(MAX_BODY_BYTES=100_000, READ_TIMEOUT="1")
