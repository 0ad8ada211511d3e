from dcf.gateway.access.access import Access
from dcf.gateway.settings import Settings


def test_a_gateway_without_a_login_shows_itself_none():
    assert not Settings().authorization
    access = Access(auth_calls=True)
    assert Settings(access=access).authorization == f"Bearer {access.own}"
    assert access.own not in repr(Settings(access=access))
