"""Services of Knative: held to its schema, unknown fields refused, and to what its webhook asks."""

import json

import jsonschema_rs
import pytest

from tests.dcf.export.full import FULL


@pytest.fixture(scope="module")
def schema(project):
    text = (project / "tests/data/knative/service.schema.json").read_text()
    return jsonschema_rs.validator_for(json.loads(text))


def parts(service):
    template = service["spec"]["template"]
    (container,) = template["spec"]["containers"]
    env = {each["name"]: each["value"] for each in container["env"]}
    return template, container, env


@pytest.mark.parametrize("target", ["knative", "cloud-run"])
@pytest.mark.parametrize(
    "function", [{}, {**FULL, "secrets": ["token"]}, {"limits": {"cpu": "500m"}}]
)
def test_what_is_written_is_a_service(exporter, schema, target, function):
    service = exporter.document(target, function)
    schema.validate(service)
    assert service["spec"]["template"]["spec"]["containers"]


def test_the_schema_finds_a_misspelt_field(exporter, schema):
    service = exporter.document("knative")
    parts(service)[1]["readinesProbe"] = {}
    assert not schema.is_valid(service)


def test_settings_of_the_function_have_their_counterparts(exporter):
    service = exporter.document("knative", FULL)
    template, container, env = parts(service)
    assert service["metadata"]["name"] == "fn"
    assert service["metadata"]["labels"] == {"team": "vision"}
    assert service["metadata"]["annotations"] == {
        "topic": "pictures", "desc": "What is there", "maintainer": "me@here",
    }  # fmt: skip
    assert template["metadata"]["annotations"] == {
        "autoscaling.knative.dev/min-scale": "1", "autoscaling.knative.dev/max-scale": "5",
    }  # fmt: skip
    assert container["image"] == FULL["image"]
    assert container["ports"] == [{"name": "http1", "containerPort": 9000}]
    assert container["resources"]["limits"] == {
        "memory": "512Mi", "cpu": "2", "nvidia.com/gpu": "1",
    }  # fmt: skip
    assert container["resources"]["requests"] == {"memory": "256Mi", "cpu": "500m"}
    assert template["spec"]["containerConcurrency"] == 12
    assert template["spec"]["timeoutSeconds"] == 95
    assert env == {
        "exec_timeout": "1m30s", "THRESHOLD": "0.4", "BATCH": "false", "MAX_INFLIGHT": "13",
    }  # fmt: skip


def test_names_that_knative_sets_itself_are_not_set(exporter):
    for target in ("knative", "cloud-run"):
        _, _, env = parts(exporter.document(target, FULL | {"secrets": []}))
        assert not {"PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"} & set(env)


def test_it_is_locked_down_and_has_a_tmp_to_write_in(exporter):
    template, container, _ = parts(exporter.document("knative"))
    assert container["securityContext"] == {
        "runAsNonRoot": True,
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert {"name": "tmp", "emptyDir": {}} in template["spec"]["volumes"]
    assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"]


def test_probes_ask_the_serving_port_and_wait_for_the_load(exporter):
    _, container, _ = parts(exporter.document("knative", {"environment": {"LOAD_TIMEOUT": "45"}}))
    assert container["readinessProbe"] == {"httpGet": {"path": "/_/ready"}}
    assert container["livenessProbe"]["httpGet"] == {"path": "/_/health"}
    assert container["livenessProbe"]["initialDelaySeconds"] == 45


def test_secrets_are_files_of_one_folder_and_the_registrys_is_for_pulling(exporter):
    template, container, _ = parts(exporter.document("knative", FULL))
    spec = template["spec"]
    assert spec["imagePullSecrets"] == [{"name": "regcred"}]
    (volume,) = (each for each in spec["volumes"] if each["name"] == "secrets")
    assert volume["projected"]["sources"] == [
        {"secret": {"name": "token"}}, {"secret": {"name": "other"}},
    ]  # fmt: skip
    assert {
        "name": "secrets", "mountPath": "/var/openfaas/secrets", "readOnly": True,
    } in container["volumeMounts"]  # fmt: skip


@pytest.mark.parametrize(
    ("function", "calls"),
    [
        ({}, 8),
        ({"limits": {"cpu": "1500m"}}, 16),
        ({"environment": {"CONCURRENCY": "3"}}, 24),
        ({"environment": {"MAX_INFLIGHT": "1"}}, 1),
    ],
)
def test_as_many_calls_as_the_function_takes(exporter, function, calls):
    template, _, env = parts(exporter.document("knative", function))
    assert template["spec"]["containerConcurrency"] == calls
    assert env["MAX_INFLIGHT"] == str(calls + 1)  # or it would say "full" while it is merely busy


def test_no_limit_and_a_long_one(exporter):
    template, _, _ = parts(exporter.document("knative", {"environment": {"EXEC_TIMEOUT": "0"}}))
    assert template["spec"]["timeoutSeconds"] == 600
    _, said = exporter.files("knative", {"environment": {"EXEC_TIMEOUT": "1h"}}, "--force")
    assert "timeoutSeconds is 3605" in said
    run = exporter.document("cloud-run", {"environment": {"EXEC_TIMEOUT": "1h"}})
    assert run["spec"]["template"]["spec"]["timeoutSeconds"] == 3600


@pytest.mark.parametrize(
    ("target", "function", "words"),
    [
        ("knative", {"environment": {"EXEC_TIMEOUT": "soon"}}, "EXEC_TIMEOUT is 'soon'"),
        ("knative", {"environment": {"MAX_INFLIGHT": "-1"}}, "MAX_INFLIGHT is '-1'"),
        ("knative", {"environment": {"max_inflight": "2000"}}, "max_inflight is '2000'"),
        ("knative", {"environment": {"LOAD_TIMEOUT": "0"}}, "from 0.1 to 86400"),
        ("knative", {"labels": {"com.openfaas.scale.min": "few"}}, "must be a whole number"),
        ("knative", {"labels": {"scale_min": "3", "scale_max": "2"}}, "more than scale.max 2"),
        ("knative", {"labels": {"about": "a long story"}}, "put longer text into annotations"),
        ("knative", {"limits": {"memory": "lots"}}, "limits.memory is 'lots'"),
        ("cloud-run", {"secrets": ["one", "two"]}, "Cloud Run mounts one secret"),
    ],
)
def test_what_cannot_be_said_there_is_refused(exporter, target, function, words):
    assert words in exporter.refusal(target, function)


def test_what_is_left_out_is_told(exporter):
    _, said = exporter.files("knative", {"constraints": ["nodetype=gpu"]})
    assert "constraints are left out" in said
    assert "in no registry that its name tells" in said
