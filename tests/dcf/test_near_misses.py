"""What a person meant, by real files and the real command; it costs nothing without an error."""

import subprocess
import sys

import pytest

from dcf import near_misses
from dcf.config import _HANDLER, _RESOURCES, _SCALE, _TOP, FUNCTION_KEYS

MIN, MAX = "scale.min", "scale.max"
KEYS = [
    ("env", "environment"), ("envs", "environment"), ("environments", "environment"),
    ("ENV", "environment"), ("env_vars", "environment"), ("enviroment", "environment"),
    ("env_file", "environment_file"), ("env-file", "environment_file"),
    ("envFrom", "environment_file"), ("environment_files", "environment_file"),
    ("replicas", MIN), ("min", MIN), ("minReplicas", MIN), ("min_scale", MIN),
    ("max", MAX), ("maxInstances", MAX), ("autoscaling", "scale"), ("Scale", "scale"),
    ("scaleToZero", "scale.zero_duration"),
    ("cpu", "limits.cpu"), ("cpus", "limits.cpu"), ("memory", "limits.memory"),
    ("mem_limit", "limits.memory"), ("memorySize", "limits.memory"), ("gpus", "limits.gpu"),
    ("resources", "limits"), ("limit", "limits"), ("reservations", "requests"),
    ("timeout", "environment: {EXEC_TIMEOUT: ...}"),
    ("read_timeout", "environment: {EXEC_TIMEOUT: ...}"),
    ("label", "labels"), ("tags", "labels"), ("annotation", "annotations"),
    ("images", "image"), ("container_image", "image"), ("registry", "docker_registry"),
    ("lang", "runtime"), ("language", "runtime"), ("description", "desc"),
    ("secret", "secrets"), ("nodeSelector", "constraints"), ("buildArgs", "build_args"),
    ("build-args", "build_args"), ("build_arg", "build_args"), ("skipBuild", "skip_build"),
    ("dir", "handler.dir"), ("context", "handler.dir"), ("entrypoint", "handler.name"),
    ("command", "handler.name"), ("include", "handler.include"), ("handlers", "handler"),
]  # fmt: skip


def build(folder, text):
    """What the real command says of a config file."""
    (folder / "config.yaml").write_text(text)
    return subprocess.run(
        [sys.executable, "-m", "dcf", "function", "build", "--archive"],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("key", "meant"), KEYS, ids=lambda value: value[:24])
def test_a_key_of_another_tool_leads_to_ours(key, meant):
    assert near_misses.near_key(key, "functions.f", FUNCTION_KEYS, _TOP) == meant


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("functions: {f: {env: {A: b}}}", "functions.f.env: did you mean environment?"),
        ("functions: {f: {replicas: 2}}", f"functions.f.replicas: did you mean {MIN}?"),
        (
            "functions: {f: {scale: {minReplicas: 2}}}",
            "functions.f.scale.minReplicas: did you mean min?",
        ),
        (
            "functions: {f: {scale: {zero_dur: 1m}}}",
            "functions.f.scale.zero_dur: did you mean zero_duration?",
        ),
        ("functions: {f: {scale: {metric: rps}}}", "functions.f.scale.metric: did you mean type?"),
        ("services: {f: {}}", "services: did you mean functions?"),
        ("functions: {f: {}}\ngateway: x:1", "gateway: did you mean dcf.gateway?"),
        ("functions: {f: {}}\nprovider: {}", "provider: did you mean dcf.gateway?"),
        ("functions: {f: {limits: {mem: 1Mi}}}", "functions.f.limits.mem: did you mean memory?"),
        ("functions: {f: {handler: {path: x}}}", "functions.f.handler.path: did you mean dir?"),
        ("functions: {f: {handler: {class: X}}}", "functions.f.handler.class: did you mean name?"),
        (
            "functions: {f: {handler: {environment: {A: b}}}}",
            "functions.f.handler.environment: did you mean functions.f.environment?",
        ),
    ],
)
def test_the_command_says_it_in_one_line(tmp_path, text, words):
    done = build(tmp_path, text)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: config.yaml: unknown key {words}\n"


def test_a_word_like_none_gets_all_that_are_allowed(tmp_path):
    done = build(tmp_path, "functions: {f: {handler: {quux: 1}}}")
    assert done.stderr == (
        "Error: config.yaml: unknown key functions.f.handler.quux: "
        f"allowed are {', '.join(_HANDLER)}\n"
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("handler: ./fn", "write `handler: {dir: ./fn}`"),
        ("limits: 128Mi", "write `limits: {memory: 128Mi}`"),
        ("environment: [A=b]", "write `environment: {NAME: value}`"),
        ("environment_file: env.yaml", "write `environment_file: [env.yaml]`"),
    ],
)
def test_another_tools_form_is_told_how_it_is_written_here(tmp_path, given, words):
    done = build(tmp_path, f"functions: {{f: {{{given}}}}}")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.endswith(f"{words}\n")


def test_every_answer_of_the_table_is_a_key_somewhere():
    known = {*_TOP, *FUNCTION_KEYS, *_HANDLER, *_RESOURCES, *_SCALE, "gateway"}
    meant = {each.partition(":")[0].split(".")[0] for row in near_misses._KEYS.values()
             for each in row}  # fmt: skip
    assert meant <= known


def test_a_long_word_costs_nothing_and_means_nothing():
    assert near_misses.near("x" * 1_000_000, ["list", "x"]) == ""


def test_only_an_error_looks_for_near_words(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "handler.py").write_text("")
    (tmp_path / "config.yaml").write_text("functions: {f: {}}")
    code = (
        "import sys; sys.argv[1:] = ['function', 'build', '--archive']\n"
        "from dcf.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "assert not {'difflib', 'dcf.near_misses'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, timeout=60, check=True)
