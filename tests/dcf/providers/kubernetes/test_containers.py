"""A function's container: its environment, how it is asked whether it is well, what it may do."""

import pytest

from dcf.archive import Entry
from dcf.errors import InvalidRequest
from dcf.providers.kubernetes import containers
from dcf.providers.kubernetes.revisions import Asked, Ground, Stored
from dcf.providers.kubernetes.settings import ClusterSettings
from dcf.providers.placement import FunctionSpec

CODE = "c" * 64
ARCHIVE = f"archive:sha256:{CODE}"
STORED = {CODE: Stored(CODE, ("code-0",), Entry("./src", "handler.py", "handle"))}
GROUND = Ground("functions", ClusterSettings(function_image="own/watcher:2"))


def made(image="echo:1", stored=None, number=3, pull=(), **more):
    spec = FunctionSpec("echo", image, **more)
    asked = Asked(spec, number, "", stored=stored or {}, pull_secrets=frozenset(pull))
    return containers.function_container(asked, GROUND)


def env_of(container):
    names = [each["name"] for each in container["env"]]
    assert len(names) == len(set(names))
    return {each["name"]: each["value"] for each in container["env"]}


def test_it_knows_who_it_is_and_where_to_listen():
    env = env_of(made(env={"A": "1", "PORT": "1", "FUNCTION_NAME": "other", "BATCH": "true"}))
    assert (env["A"], env["FUNCTION_NAME"], env["FUNCTION_REVISION"]) == ("1", "echo", "3")
    assert (env["PORT"], env["HOST"], env["BATCH"]) == ("8080", "0.0.0.0", "false")
    assert env["LOG_COMMAND"] == "dcf function log echo"
    assert "SECRETS_DIR" not in env
    assert "CUDA_VISIBLE_DEVICES" not in env


def test_defaults_give_way_to_what_the_function_says_in_any_case():
    env = env_of(made(env={"drain_delay": "1s", "shutdown_timeout": "9", "LOG_COMMAND": "mine"}))
    assert "DRAIN_DELAY" not in env
    assert "SHUTDOWN_TIMEOUT" not in env
    assert env["LOG_COMMAND"] == "mine"
    assert env_of(made(env={"EXEC_TIMEOUT": "90"}))["SHUTDOWN_TIMEOUT"] == "90"
    assert containers.drain_seconds(FunctionSpec("f", "f:1", env={"drain_delay": "1s"})) == 1
    assert containers.drain_seconds(FunctionSpec("f", "f:1")) == 5


def test_a_folder_of_its_own_is_only_what_the_function_says():
    assert "FUNCTION_STATE_DIR" not in env_of(made())  # nothing in a pod lasts like one machine's
    env = env_of(made(env={"FUNCTION_STATE_DIR": "/tmp/state"}))
    assert env["FUNCTION_STATE_DIR"] == "/tmp/state"


def test_code_of_an_archive_is_run_by_the_function_image():
    container = made(ARCHIVE, STORED)
    env, folder = env_of(container), f"/dcf/unpacked/{CODE}"
    assert (container["image"], container["workingDir"]) == ("own/watcher:2", folder)
    assert (env["HANDLER_DIR"], env["HANDLER_FILE"]) == (f"{folder}/./src", "handler.py")
    assert env["HANDLER_NAME"] == "handle"
    assert folder in env["PYTHONPATH"].split(":")
    assert container["securityContext"]["runAsNonRoot"] is True


def test_an_image_is_run_as_it_is():
    container = made(process="python index.py", annotations={"dcf.probe": "http"})
    assert container["image"] == "echo:1"
    assert "workingDir" not in container
    assert "runAsNonRoot" not in container["securityContext"]
    assert env_of(container)["fprocess"] == "python index.py"
    assert "HANDLER_DIR" not in env_of(container)


def test_secrets_are_where_watchers_and_openfaas_programs_look():
    env = env_of(made(secrets=("token", "regcred"), pull=("regcred",)))
    assert env["SECRETS_DIR"] == env["secret_mount_path"] == "/var/openfaas/secrets"
    assert "SECRETS_DIR" not in env_of(made(secrets=("regcred",), pull=("regcred",)))


def test_it_gets_what_it_is_limited_to_and_no_gpu_means_none():
    container = made(limits={"memory": "1Gi", "gpu": "1"}, requests={"cpu": "250m"})
    assert container["resources"] == {
        "limits": {"memory": "1Gi", "nvidia.com/gpu": "1"}, "requests": {"cpu": "250m"},
    }  # fmt: skip
    assert env_of(made(limits={"gpu": "0"}))["CUDA_VISIBLE_DEVICES"] == ""
    assert "resources" not in made()


def test_nothing_lets_it_become_more_than_it_is():
    for container in (made(), made(ARCHIVE, STORED), made(process="cat")):
        security = container["securityContext"]
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"] == {"drop": ["ALL"]}
    assert made(read_only=True)["securityContext"]["readOnlyRootFilesystem"] is True


def test_it_is_asked_over_http_and_is_given_as_long_as_it_may_take_to_load():
    container = made(env={"LOAD_TIMEOUT": "30s"})
    startup, ready, live = (
        container[f"{each}Probe"] for each in ("startup", "readiness", "liveness")
    )
    assert startup["httpGet"] == ready["httpGet"] == {"path": "/_/ready", "port": "http"}
    assert live["httpGet"]["path"] == "/_/health"
    assert startup["failureThreshold"] * startup["periodSeconds"] >= 30
    assert "lifecycle" not in container  # the watcher itself goes on taking calls


def test_a_foreign_program_is_asked_for_its_file_and_waits_before_it_ends():
    container = made(process="cat")
    for each in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[each]["exec"] == {"command": ["cat", "/tmp/.lock"]}
    assert container["lifecycle"]["preStop"]["exec"]["command"] == ["sleep", "5"]


def test_people_say_how_it_is_asked():
    assert "exec" in made(annotations={"dcf.probe": "lock"})["livenessProbe"]
    openfaas = {"com.openfaas.health.http.path": "/healthz", "com.openfaas.ready.http.path": "/up"}
    container = made(annotations=openfaas)
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/up"
    with pytest.raises(InvalidRequest, match=r"dcf.probe must be http or lock, got 'tcp'"):
        made(annotations={"dcf.probe": "tcp"})


def test_the_port_of_metrics_is_the_functions_own():
    assert containers.metrics_port({}) == 8081
    assert containers.metrics_port({"METRICS_PORT": "0"}) == 0
    assert containers.metrics_port({"METRICS_PORT": "somewhere"}) == 0


def test_what_unpacks_has_each_digest_with_its_folders():
    asked = Asked(FunctionSpec("echo", ARCHIVE), 1, "", stored=STORED)
    container = containers.unpacking_container(asked, GROUND)
    assert container["image"] == "own/watcher:2"
    assert "resources" not in container
    assert container["command"][-3:] == [CODE, f"/dcf/packed/{CODE}", f"/dcf/unpacked/{CODE}"]


def test_what_unpacks_has_as_much_as_the_function_but_no_device():
    spec = FunctionSpec("echo", ARCHIVE, limits={"memory": "64Mi", "gpu": "1"})
    container = containers.unpacking_container(Asked(spec, 1, "", stored=STORED), GROUND)
    assert container["resources"] == {"limits": {"memory": "64Mi"}}
