"""Services of Cloud Run: what it takes of Knative's, and no more."""

import pytest
import yaml

from dcf.export import cloud_run
from tests.dcf.export.full import FULL


def test_cloud_run_gets_no_more_than_it_takes(exporter):
    service = exporter.document("cloud-run", FULL | {"secrets": ["token", "regcred"]})
    template, container, env = parts(service)
    assert template["metadata"]["annotations"] == {
        "autoscaling.knative.dev/minScale": "1", "autoscaling.knative.dev/maxScale": "5",
    }  # fmt: skip
    assert not {"securityContext", "readinessProbe"} & set(container)
    assert container["startupProbe"]["httpGet"] == {"path": "/_/ready"}
    assert "imagePullSecrets" not in template["spec"]
    assert template["spec"]["volumes"] == [
        {"name": "token", "secret": {"secretName": "token", "items": [
            {"key": "latest", "path": "token"}]}},
    ]  # fmt: skip
    assert env["MAX_INFLIGHT"] == "12"


def parts(service):
    template = service["spec"]["template"]
    (container,) = template["spec"]["containers"]
    env = {each["name"]: each["value"] for each in container["env"]}
    return template, container, env


def test_a_name_that_is_too_long_there_is_refused(exporter):
    exporter.config()
    text = (exporter.folder / "config.yaml").read_text()
    for length, code in ((49, 0), (50, 1)):
        name = "f" * length
        (exporter.folder / "config.yaml").write_text(text.replace("  fn:", f"  {name}:"))
        done = exporter.run("--target", "cloud-run")
        assert done.returncode == code, done.stderr
        assert (f"functions.{name}: a service's name begins with a letter" in done.stderr) is bool(
            code
        )


@pytest.mark.parametrize(
    ("environment", "seconds", "tries"),
    [
        ({}, 35, 120),
        ({"EXEC_TIMEOUT": "500ms", "LOAD_TIMEOUT": "1.2"}, 6, 2),
        ({"EXEC_TIMEOUT": "0", "LOAD_TIMEOUT": "0.1"}, 3600, 1),
        ({"EXEC_TIMEOUT": "2h", "LOAD_TIMEOUT": "1h"}, 3600, 240),
    ],
)
def test_times_are_kept_within_what_the_platform_takes(function, environment, seconds, tries):
    exported = cloud_run.export(None, (function(environment=environment),))
    template, container, _ = parts(yaml.safe_load(exported.files["fn.yaml"]))
    assert template["spec"]["timeoutSeconds"] == seconds
    assert container["startupProbe"]["failureThreshold"] == tries
    assert container["startupProbe"]["periodSeconds"] == 1


def test_below_a_core_one_call_at_a_time(function):
    for cpu, calls in (("500m", 1), ("1", 8)):
        exported = cloud_run.export(None, (function(limits={"cpu": cpu}),))
        template, _, _ = parts(yaml.safe_load(exported.files["fn.yaml"]))
        assert template["spec"]["containerConcurrency"] == calls


def test_every_function_has_its_file_its_command_and_its_note(function):
    two = (function("a", constraints=["x=y"]), function("b"))
    exported = cloud_run.export(None, two)
    assert set(exported.files) == {"a.yaml", "b.yaml"}
    assert exported.commands == tuple(
        f"gcloud run services replace {{out}}/{name}.yaml" for name in "ab"
    )
    (note,) = exported.notes
    assert note.startswith("a: constraints are left out")
