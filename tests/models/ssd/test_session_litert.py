"""Which lanes there are, and when they are made."""

import threading

import numpy as np
import pytest

from models.ssd.bundle import DEFAULT_BUNDLE, open_bundle
from models.ssd.session_litert import LiteRtSession

TENSOR = np.zeros((1, 300, 300, 3), np.int8)


@pytest.fixture(scope="module")
def bundle():
    return open_bundle(DEFAULT_BUNDLE)


def test_lone_calls_share_one_wide_lane(bundle):
    session = LiteRtSession(bundle, 2)
    session.run(TENSOR)
    session.run(TENSOR)
    assert (len(session._wide), len(session._narrow)) == (1, 0)


def test_lanes_for_calls_in_company_are_made_once(bundle):
    session = LiteRtSession(bundle, 2)
    alone = session.run(TENSOR)
    for _ in range(3):
        in_company = session.run(TENSOR, others=1)
    assert (len(session._wide), len(session._narrow)) == (1, 1)
    np.testing.assert_array_equal(alone[0], in_company[0])
    np.testing.assert_array_equal(alone[1], in_company[1])


def test_never_more_lanes_than_processors_whatever_comes(bundle):
    session = LiteRtSession(bundle, 2)
    threads = [
        threading.Thread(target=session.run, args=(TENSOR, others)) for others in (0, 0, 1, 1) * 6
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(session._wide) == 1
    assert len(session._narrow) <= 2


def test_one_processor_needs_one_lane(bundle):
    session = LiteRtSession(bundle, 1)
    session.run(TENSOR, others=3)
    assert (len(session._wide), len(session._narrow)) == (1, 0)
