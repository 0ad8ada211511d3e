import pytest

from dcf.errors import InvalidRequest
from dcf.gateway.names import bare_name, plain_name, secret_name


def test_the_namespace_is_no_part_of_a_name():
    assert (plain_name("ssd.openfaas-fn"), plain_name("ssd")) == ("ssd", "ssd")
    assert bare_name("Not a name.openfaas-fn") == "Not a name"


@pytest.mark.parametrize("name", ["", "Upper", "a.b", ".openfaas-fn", "a.openfaas-fn.openfaas-fn"])
def test_what_is_no_name_of_a_function_is_shown(name):
    with pytest.raises(InvalidRequest, match="valid DNS entry"):
        plain_name(name)


@pytest.mark.parametrize("name", ["", "..", ".hidden", "a/b", "a\0", "a" * 254, "a.", "\u00e9"])
def test_a_name_that_could_lead_elsewhere_is_no_name_of_a_secret(name):
    with pytest.raises(InvalidRequest, match="is no name of a secret"):
        secret_name(name)


@pytest.mark.parametrize("name", ["a", "api.key", "A_1-b", "a" * 253])
def test_a_name_of_a_secret(name):
    assert secret_name(name) == name
