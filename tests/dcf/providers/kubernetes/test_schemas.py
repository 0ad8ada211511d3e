"""Objects that the provider makes are valid in every Kubernetes there is a schema of."""

import copy

import kubernetes_validate
import pytest
from hypothesis import given, settings

from dcf.providers.kubernetes.checks import check_spec
from tests.kubernetes import made

VERSIONS = [f"1.{minor}" for minor in range(25, 38)]


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=12)
@given(made.asked(), made.ground())
def test_whatever_is_asked_for_is_valid(version, asked, ground):
    check_spec(asked.spec)
    for each in made.objects_of(asked, ground):
        kubernetes_validate.validate(each, version, strict=True)


@settings(max_examples=10)
@given(made.asked(), made.ground())
def test_a_field_that_is_not_there_would_be_seen(asked, ground):
    wrong = copy.deepcopy(next(made.objects_of(asked, ground)))
    wrong["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)
