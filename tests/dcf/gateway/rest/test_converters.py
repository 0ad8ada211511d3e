"""OpenFaaS' messages and the provider's records, there and back."""

import json
from dataclasses import replace

import pytest

from dcf.client.rest_wire import function_of
from dcf.errors import InvalidRequest
from dcf.gateway.rest.converters import (
    SCALE_MIN,
    annotations_of,
    checked_env,
    first_replicas,
    is_ours,
    number_of,
    revision_of,
    spec_of,
    status_of,
    value_of,
    without_rollout,
)
from dcf.gateway.rest.messages import FunctionDeployment, SecretValue, encode
from dcf.providers.placement import (
    FunctionSpec,
    FunctionState,
    Progress,
    ReplicaExit,
    RevisionInfo,
)

SPEC = FunctionSpec(
    "f", "i", {"A": "1"}, {"l": "2"}, {"desc": "x"}, ("a=b",), ("token",), {"cpu": "1"},
    {"memory": "1Mi"}, 1,
)  # fmt: skip


def state(reason=""):
    return FunctionState(SPEC, 3, 2, "2026-01-01T00:00:00Z", "failed", reason)


def test_a_deployment_becomes_a_spec_field_by_field():
    asked = FunctionDeployment(
        "f", "i", env_vars={"A": "1"}, labels={"l": "2"}, annotations={"desc": "x"},
        constraints=["a=b"], secrets=["token"], limits={"cpu": "1"}, requests={"memory": "1Mi"},
    )  # fmt: skip
    assert spec_of(asked) == SPEC
    assert spec_of(FunctionDeployment("f", "i")) == FunctionSpec("f", "i")


def test_a_state_is_shown_field_by_field():
    shown = status_of(state("no weights"), 7)
    assert (shown.name, shown.image, shown.created_at) == ("f", "i", "2026-01-01T00:00:00Z")
    assert (shown.constraints, shown.secrets) == (["a=b"], ["token"])
    assert (shown.labels, shown.env_vars) == ({"l": "2"}, {"A": "1"})
    assert (shown.limits, shown.requests) == ({"cpu": "1"}, {"memory": "1Mi"})
    assert (shown.invocation_count, shown.replicas, shown.available_replicas) == (7, 3, 2)
    assert shown.annotations == {"desc": "x"}
    assert (shown.rollout, shown.rollout_reason) == ("failed", "no weights")


EXIT = ReplicaExit(
    "exited with status 7", "exited with status 7; its last line: x", "then", "f-2-1"
)
MOVING = replace(
    state(), rollout="progressing", revision=2, newest=5, progress=Progress(3, 1), restarts=4,
    last_exit=EXIT, judged="canary",
)  # fmt: skip


def test_what_runs_beside_the_newest_revision_is_told_in_fields_of_its_own():
    shown = status_of(MOVING, 0)
    assert (shown.revision, shown.rollout_revision) == (2, 5)
    assert (shown.rollout_replicas, shown.rollout_ready_replicas) == (3, 1)
    assert (shown.restarts, shown.last_exit, shown.last_exit_at) == (4, EXIT.reason, "then")
    assert shown.rollout_mode == "canary"
    quiet = encode(status_of(FunctionState(SPEC, 1, 1, "t", revision=2, newest=2), 0))
    assert not any(word in quiet for word in (b"rolloutR", b"restarts", b"lastExit"))


def test_grpc_and_the_client_of_rest_tell_the_same_under_the_same_names():
    over_rest = function_of(json.loads(encode(status_of(MOVING, 0)))).annotations
    assert over_rest == annotations_of(MOVING)
    assert set(over_rest) - {"desc", "dcf.reason"} == {
        "dcf.rollout", "dcf.rollout-mode", "dcf.revision", "dcf.rollout-revision",
        "dcf.rollout-replicas", "dcf.rollout-ready-replicas", "dcf.restarts", "dcf.last-exit",
        "dcf.last-exit-at",
    }  # fmt: skip


@pytest.mark.parametrize("told", [state("no weights"), MOVING])
def test_what_a_listing_gave_can_be_sent_back(told):
    assert without_rollout(annotations_of(told)) == {"desc": "x"}


def test_terms_are_the_functions_own_and_a_mode_in_the_wrong_place_is_left_to_be_refused():
    asked = {"dcf.rollout.mode": "canary", "dcf.rollout.share": "0.2"}
    assert without_rollout(asked) == asked
    assert without_rollout({"dcf.rollout": "canary"}) == {"dcf.rollout": "canary"}


def test_what_there_is_nothing_of_is_left_out():
    told = annotations_of(state("no weights"))
    assert without_rollout(told) == {"desc": "x"}
    assert "dcf.reason" not in annotations_of(state())


@pytest.mark.parametrize("namespace", [None, "", "openfaas-fn", "kube-system"])
def test_there_is_one_namespace(namespace):
    ours = namespace != "kube-system"
    assert is_ours(namespace) is ours
    asked = FunctionDeployment("f", "i", namespace=namespace)
    if ours:
        assert spec_of(asked).name == "f"
    else:
        with pytest.raises(InvalidRequest, match="'kube-system' is not here, only openfaas-fn"):
            spec_of(asked)


@pytest.mark.parametrize(
    ("labels", "number"),
    [
        ({}, 4), ({"com.openfaas.scale.min": "0"}, 0), ({"scale_min": "3"}, 3),
        ({"scale_min": "3", "com.openfaas.scale.min": "2"}, 2),
        ({"com.openfaas.scale.min": "999999999"}, 999_999_999),
    ],
)  # fmt: skip
def test_the_first_label_that_is_there_counts(labels, number):
    assert number_of(labels, SCALE_MIN, 4) == number
    assert first_replicas(labels, 4) == number


@pytest.mark.parametrize("text", ["", "-1", "1.0", " 1", "1e3", "٣", "1234567890", "1\n"])
def test_a_label_that_is_no_number_is_refused_by_name(text):
    with pytest.raises(InvalidRequest, match="label scale_min must be a number") as refused:
        number_of({"scale_min": text}, SCALE_MIN, 1)
    assert repr(text) in refused.value.message


def test_a_long_wrong_label_is_not_quoted_whole():
    with pytest.raises(InvalidRequest) as refused:
        number_of({"scale_min": "x" * 10_000}, SCALE_MIN, 1)
    assert len(refused.value.message) < 200


@pytest.mark.parametrize("env", [{"": "1"}, {"A=B": "1"}, {"A\0": "1"}, {"A": "1\0"}], ids=repr)
def test_an_environment_that_no_process_can_have_is_refused(env):
    with pytest.raises(InvalidRequest, match="of envVars"):
        checked_env(env)
    with pytest.raises(InvalidRequest):
        spec_of(FunctionDeployment("f", "i", env_vars=env))


def test_an_entry_of_a_history():
    entry = revision_of(RevisionInfo(3, SPEC, "then", "me", "failed", "why", serving=True))
    assert (entry.revision, entry.image, entry.deployed_at, entry.by) == (3, "i", "then", "me")
    assert (entry.rollout, entry.reason, entry.serving) == ("failed", "why", True)


@pytest.mark.parametrize(
    ("secret", "value"),
    [
        (SecretValue("s", value="word"), b"word"),
        (SecretValue("s", value="wörd"), "wörd".encode()),
        (SecretValue("s", raw_value="AAH/"), b"\0\1\xff"),
        (SecretValue("s", value="other", raw_value="AAH/"), b"\0\1\xff"),
        (SecretValue("s"), b""),
    ],
)
def test_a_secret_is_text_or_bytes(secret, value):
    assert value_of(secret) == value


def test_wrong_base64_is_refused_without_a_word_of_it():
    with pytest.raises(InvalidRequest) as refused:
        value_of(SecretValue("s", raw_value="hush!hush"))
    assert refused.value.message == "validation failed: rawValue must be base64"
