"""What no cluster takes is refused when it is deployed, in one line."""

import dataclasses

import pytest

from dcf.errors import InvalidRequest
from dcf.providers.kubernetes.checks import check_spec
from dcf.providers.placement import FunctionSpec

SPEC = FunctionSpec("echo", "echo:1")


def test_what_a_cluster_takes_is_taken():
    check_spec(
        dataclasses.replace(
            SPEC,
            env={"A": "1", "PORT": "whatever"},
            labels={"com.openfaas.scale.max": "4", "example.org/team": ""},
            annotations={
                "dcf.rollout.mode": "canary",
                "desc": "words\nof any kind",
                "dcf.probe": "lock",
            },
            constraints=("a=b",),
        )
    )


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": "1st"}, "must begin with a letter"),
        ({"labels": {"a b": "1"}}, "label 'a b' cannot be called so"),
        ({"labels": {"faas_function": "other"}}, "label 'faas_function' cannot be called so"),
        ({"labels": {"dcf.track": "stable"}}, "cannot be called so"),
        ({"labels": {"a": "b c"}}, "put longer text into annotations"),
        ({"annotations": {"a b": "1"}}, "annotation 'a b' cannot be called so"),
        ({"annotations": {"dcf.spec": "{}"}}, "annotation 'dcf.spec' cannot be called so"),
        ({"annotations": {"dcf.probe": "tcp"}}, "must be http or lock"),
        ({"constraints": ("here",)}, "places nothing"),
        ({"env": {"EXEC_TIMEOUT": "soon"}}, "EXEC_TIMEOUT is 'soon'"),
    ],
)
def test_what_no_cluster_takes_is_refused_in_one_line(more, words):
    with pytest.raises(InvalidRequest) as caught:
        check_spec(dataclasses.replace(SPEC, **more))
    assert words in caught.value.message
    assert "\n" not in caught.value.message
