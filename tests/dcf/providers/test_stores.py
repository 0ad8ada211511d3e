"""Which stores a provider has is told by name."""

import pytest

from dcf.providers.stores import Stores


@pytest.mark.parametrize(
    ("stores", "names"),
    [
        (Stores(), ()),
        (Stores(logs=object()), ("logs",)),
        (Stores(secrets=object(), archives=object()), ("archives", "secrets")),
        (Stores(object(), object(), object()), ("archives", "logs", "secrets")),
    ],
    ids=["none", "one", "two", "all"],
)
def test_those_that_are_here_by_name(stores, names):
    assert stores.capabilities == names
