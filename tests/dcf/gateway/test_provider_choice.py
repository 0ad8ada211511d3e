import pytest

from dcf.errors import CannotStart
from dcf.gateway.provider_choice import provider_of
from dcf.gateway.settings import Settings
from dcf.providers.process.provider import ProcessProvider


def test_the_provider_is_the_one_that_is_named(tmp_path):
    made = provider_of(Settings(home=tmp_path, min_ready_seconds=7.0, accept_lost_state=True))
    provider = made("127.0.0.1:1")
    assert isinstance(provider, ProcessProvider)
    assert (provider._path, provider._mesh) == (tmp_path, ("127.0.0.1:1", ""))
    assert (provider._min_ready_seconds, provider._accept_lost_state) == (7.0, True)
    with pytest.raises(CannotStart, match="provider 'cloud' is unknown: allowed are process"):
        provider_of(Settings(provider="cloud"))
