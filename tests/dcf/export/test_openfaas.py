"""stack.yaml holds what faas-cli reads, and nothing else."""

# What faas-cli reads of a function, in its own spelling.
KEYS = {
    "lang", "handler", "image", "fprocess", "environment", "environment_file", "secrets",
    "constraints", "labels", "annotations", "limits", "requests", "readonly_root_filesystem",
    "namespace", "skip_build", "build_options", "build_args", "build_secrets", "platforms",
}  # fmt: skip
FULL = {
    "desc": "What is there",
    "docker_registry": "registry.local:5000",
    "environment": {"THRESHOLD": 0.4, "BATCH": "true", "PORT": "9000", "ON": True},
    "secrets": ["token"],
    "constraints": ["nodetype=cpu"],
    "labels": {"com.openfaas.scale.min": "1"},
    "limits": {"memory": "512Mi", "cpu": "2", "gpu": "1"},
    "requests": {"memory": "256Mi"},
}


def test_its_keys_are_those_faas_cli_knows(exporter):
    stack = exporter.document("openfaas", FULL, dcf={"gateway": "https://faas.local"})
    assert set(stack) == {"version", "provider", "functions"}
    assert stack["version"] == "1.0"
    assert stack["provider"] == {"name": "openfaas", "gateway": "https://faas.local"}
    function = stack["functions"]["fn"]
    assert set(function) <= KEYS
    assert function["image"] == "registry.local:5000/fn"
    assert (function["skip_build"], function["readonly_root_filesystem"]) == (True, True)
    assert function["environment"] == {
        "THRESHOLD": "0.4", "ON": "true", "BATCH": "false", "DRAIN_DELAY": "5s",
    }  # fmt: skip
    assert function["limits"] == {"memory": "512Mi", "cpu": "2"}
    assert function["annotations"] == {"desc": "What is there"}
    assert function["labels"] == {"com.openfaas.scale.min": "1"}
    assert (function["secrets"], function["constraints"]) == (["token"], ["nodetype=cpu"])


def test_every_text_is_text_whatever_it_looks_like(exporter):
    tricky = {"A": "1e3", "B": "no", "C": "0777", "D": "null", "E": "a: b # c", "F": "2026-11-21"}
    stack = exporter.document("openfaas", {"environment": tricky})
    assert stack["functions"]["fn"]["environment"] == {
        **tricky, "BATCH": "false", "DRAIN_DELAY": "5s",
    }  # fmt: skip


def test_what_is_left_out_is_told(exporter):
    _, said = exporter.files("openfaas", FULL)
    assert "gpu is left out" in said
    assert "PORT is left out" in said
    assert "faas-cli deploy -f export/openfaas/stack.yaml" in said


def test_a_grpc_gateway_is_none_of_openfaas(exporter):
    stack = exporter.document("openfaas", {}, dcf={"gateway": "dcf.local:32222"})
    assert stack["provider"]["gateway"] == "http://127.0.0.1:8080"


def test_a_drain_that_is_set_stays(exporter):
    stack = exporter.document("openfaas", {"environment": {"healthcheck_interval": "9s"}})
    assert "DRAIN_DELAY" not in stack["functions"]["fn"]["environment"]
