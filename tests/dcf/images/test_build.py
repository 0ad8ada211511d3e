"""dcf function build: what the engine is asked, and what a person is told."""

import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

STEPS = ["#1 [internal] load build definition", "#5 [stage-1 2/4] RUN apt-get update", "#5 0.5 out"]


def test_the_runtimes_dockerfile_gets_what_an_archive_would_hold(
    with_engine, fake_engine, flags_of, write_function, tmp_path
):
    config = write_function(tmp_path, include="[notes, data]", exclude="[data/raw]")
    (tmp_path / "notes").write_text("n")
    for name in ("data/kept", "data/raw/left", "beside"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    config.write_text(
        f"{config.read_text()}    desc: Says it again\n    maintainer: me@example.org\n"
        "    image: example.org/echo:1\n"
        "    build_options: [libgomp1, curl=7.88.1-10]\n    build_args: [A=1, B=2]\n"
    )
    done = with_engine("build", "--build-arg", "B=3", "--platform", "linux/amd64", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().splitlines() == [
        "Building function (echo) ...",
        "Image: example.org/echo:1 built in local environment.",
    ]
    (call,) = fake_engine.asked("build")
    words = call["words"]
    assert call["files"] == ["data/kept", "notes", "src/handler.py"]
    assert flags_of(words, "--file")[0].endswith("dcf/templates/python3/Dockerfile")
    assert flags_of(words, "--tag") == ["example.org/echo:1"]
    assert flags_of(words, "--platform") == ["linux/amd64"]
    assert "--network=host" in words
    assert not {"--no-cache", "--secret"} & {*words}
    arguments = flags_of(words, "--build-arg")
    assert {*arguments} == {
        "REGISTRY=dcf", "ADDITIONAL_PACKAGE=libgomp1 curl=7.88.1-10", "HANDLER_DIR=src",
        "HANDLER_FILE=handler.py", "HANDLER_NAME=Handler", "A=1", "B=3",
    }  # fmt: skip
    labels = flags_of(words, "--label")
    assert "org.opencontainers.image.title=echo" in labels
    assert "org.opencontainers.image.description=Says it again" in labels
    assert "org.opencontainers.image.authors=me@example.org" in labels
    assert "org.opencontainers.image.licenses=" in labels  # the base's, not the function's


def test_its_name_comes_from_image_or_registry_or_function(
    with_engine, fake_engine, flags_of, write_function, tmp_path
):
    config = write_function(tmp_path)
    plain = config.read_text()
    names = {
        "": "echo",
        "    docker_registry: localhost:5000/team/\n": "localhost:5000/team/echo",
        "    docker_registry: r.example\n    image: mine:2\n": "mine:2",
    }
    fake_engine.tell(pull=[["no such host"], 1])
    for extra in names:
        config.write_text(plain + extra)
        assert with_engine("build", cwd=tmp_path).returncode == 0
    built = [flags_of(each["words"], "--tag") for each in fake_engine.asked("build")]
    assert built == [[name] for name in names.values()]


def test_a_dockerfile_of_ones_own_gets_the_config_files_folder(
    with_engine, fake_engine, flags_of, write_function, tmp_path
):
    config = write_function(tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM dcf/watcher\nCOPY src /dcf/handler\n")
    (tmp_path / "other.Dockerfile").write_text("FROM scratch\n")
    assert with_engine("build", cwd=tmp_path).returncode == 0
    config.write_text(config.read_text() + "    dockerfile: other.Dockerfile\n")
    assert with_engine("build", cwd=tmp_path).returncode == 0
    first, second = fake_engine.asked("build")
    assert first["files"] == ["Dockerfile", "config.yaml", "other.Dockerfile", "src/handler.py"]
    assert flags_of(first["words"], "--file") == ["Dockerfile"]
    assert flags_of(second["words"], "--file") == ["other.Dockerfile"]
    # Its own labels stay, where the config file says nothing.
    assert flags_of(first["words"], "--label") == ["org.opencontainers.image.title=echo"]


def test_runtimes_of_ones_own_bring_their_dockerfile_which_init_leaves_where_it_is(
    with_engine, fake_engine, flags_of, dcf, tmp_path
):
    for runtime, dockerfile in (("with", "FROM dcf/watcher\n"), ("without", "")):
        (tmp_path / "runtime" / runtime / "src").mkdir(parents=True)
        (tmp_path / "runtime" / runtime / "src/handler.py").write_text("def Handler(req): ...\n")
        if dockerfile:
            (tmp_path / "runtime" / runtime / "Dockerfile").write_text(dockerfile)
        made = dcf("function", "init", "-r", runtime, f"f-{runtime}", cwd=tmp_path)
        assert made.returncode == 0, made.stderr
        folder = tmp_path / f"f-{runtime}"
        assert not (folder / "Dockerfile").exists()
        assert with_engine("build", cwd=folder).returncode == 0
    own, usual = [flags_of(each["words"], "--file")[0] for each in fake_engine.asked("build")]
    assert own.endswith("runtime/with/Dockerfile")
    assert usual.endswith("dcf/templates/python3/Dockerfile")


def test_this_projects_own_function_is_built_by_its_dockerfile(
    with_engine, fake_engine, flags_of, pytestconfig
):
    done = with_engine("build", "-f", "config.yaml", cwd=pytestconfig.rootpath)
    assert done.returncode == 0, done.stderr
    (call,) = fake_engine.asked("build")
    assert flags_of(call["words"], "--file") == ["Dockerfile"]
    assert flags_of(call["words"], "--tag") == ["ssd"]
    assert call["words"][-1] == "."


def test_of_a_folder_under_git_the_commit_is_known(
    with_engine, fake_engine, flags_of, write_function, tmp_path
):
    write_function(tmp_path)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run([*git, *words], check=True, timeout=30)
    commit = subprocess.run(
        [*git, "rev-parse", "HEAD"], check=True, timeout=30, capture_output=True, text=True
    ).stdout.strip()
    assert with_engine("build", cwd=tmp_path).returncode == 0
    (tmp_path / "src/handler.py").write_text("edited = True\n")
    assert with_engine("build", cwd=tmp_path).returncode == 0
    clean, edited = fake_engine.asked("build")
    label = "org.opencontainers.image.revision="
    assert f"{label}{commit}" in flags_of(clean["words"], "--label")
    assert f"{label}{commit}-dirty" in flags_of(edited["words"], "--label")


def test_a_certificate_of_the_package_index_goes_along_as_a_secret(
    with_engine, fake_engine, flags_of, write_function, tmp_path
):
    write_function(tmp_path)
    (tmp_path / "ca.pem").write_text("x")
    done = with_engine("build", "--nocache", cwd=tmp_path, PIP_CERT=str(tmp_path / "ca.pem"))
    assert done.returncode == 0
    (call,) = fake_engine.asked("build")
    assert flags_of(call["words"], "--secret") == [f"id=cacert,src={tmp_path / 'ca.pem'}"]
    assert "--no-cache" in call["words"]


@pytest.mark.parametrize("there", [True, False])
def test_pips_own_settings_go_along_as_a_secret_and_in_no_argument(
    with_engine, fake_engine, flags_of, write_function, tmp_path, there
):
    write_function(tmp_path)
    settings = tmp_path / "pip.conf" if there else Path(os.devnull)  # by which pip means: none
    if there:
        settings.write_text("[global]\ntimeout = 7\n")
    done = with_engine("build", cwd=tmp_path, PIP_CONFIG_FILE=str(settings))
    assert done.returncode == 0
    (call,) = fake_engine.asked("build")
    assert flags_of(call["words"], "--secret") == [f"id=pip,src={settings}"] * there
    assert not [each for each in flags_of(call["words"], "--build-arg") if "pip" in each.lower()]


def test_skip_build_builds_nothing_and_needs_no_engine(with_engine, write_function, tmp_path):
    config = write_function(tmp_path)
    config.write_text(config.read_text() + "    skip_build: true\n    image: r.example/x:1\n")
    done = with_engine("build", cwd=tmp_path, DCF_ENGINE="/no/such/engine")
    assert done.stdout == b"Skipping build of: echo, Image: r.example/x:1.\n"
    assert with_engine("push", cwd=tmp_path, DCF_ENGINE="/no/such/engine").returncode == 0


def test_bases_are_built_from_the_checkout_where_they_are_missing(
    with_engine, fake_engine, flags_of, write_function, tmp_path
):
    write_function(tmp_path)
    fake_engine.images = {}
    fake_engine.tell()
    done = with_engine("build", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert b"Base image dcf/tools is not here: building it from " in done.stdout
    tags = [flags_of(each["words"], "--tag") for each in fake_engine.asked("build")]
    assert tags == [["dcf/tools"], ["dcf/watcher"], ["echo"]]
    # Under a bare name a public registry would give somebody else's.
    assert not fake_engine.asked("pull")


def test_where_there_is_no_checkout_it_says_where_bases_come_from(
    with_engine, fake_engine, write_function, tmp_path, pytestconfig
):
    """As pip installs it: the package alone."""
    config = write_function(tmp_path / "function")
    shutil.copytree(
        pytestconfig.rootpath / "dcf", tmp_path / "site/dcf",
        ignore=shutil.ignore_patterns("__pycache__"),
    )  # fmt: skip
    fake_engine.images = {}
    fake_engine.tell()
    done = with_engine("build", cwd=config.parent, PYTHONPATH=str(tmp_path / "site"))
    assert done.returncode == 1
    assert b"base image dcf/tools is not here: `make image` in a checkout" in done.stderr
    assert b"docker_registry" in done.stderr
    assert not fake_engine.asked("pull")


def test_bases_of_the_functions_own_registry_are_taken_where_it_has_them_all(
    with_engine, fake_engine, flags_of, write_function, tmp_path
):
    config = write_function(tmp_path)
    config.write_text(config.read_text() + "    docker_registry: r.example/team\n")
    assert with_engine("build", cwd=tmp_path).returncode == 0
    fake_engine.tell(pull=[["not found"], 1])
    assert with_engine("build", cwd=tmp_path).returncode == 0
    pulled = [each["words"][-1] for each in fake_engine.asked("pull")]
    assert pulled == ["r.example/team/tools", "r.example/team/watcher", "r.example/team/tools"]
    first, second = [flags_of(each["words"], "--build-arg") for each in fake_engine.asked("build")]
    assert "REGISTRY=r.example/team" in first
    assert "REGISTRY=dcf" in second


def test_for_another_platform_the_bases_must_be_for_it_too(
    with_engine, fake_engine, flags_of, write_function, tmp_path
):
    config = write_function(tmp_path)
    here = {"Os": "linux", "Architecture": "amd64"}
    fake_engine.images = dict.fromkeys(fake_engine.images, here)
    fake_engine.tell()
    other = with_engine("build", "--platform", "linux/arm64", cwd=tmp_path)
    assert other.returncode == 1
    assert b"dcf/tools is for linux/amd64, not linux/arm64: push bases" in other.stderr
    assert not fake_engine.asked("build")  # the builder would ask a public registry for one
    config.write_text(
        f"{config.read_text()}    platform: linux/arm64\n    docker_registry: r.example/t\n"
    )
    assert with_engine("build", cwd=tmp_path).returncode == 0
    pulled = [flags_of(each["words"], "--platform") for each in fake_engine.asked("pull")]
    assert pulled == [["linux/arm64"]] * 2
    assert with_engine("build", "--platform", "linux/amd64", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("    image: f@sha256:0\n", b"skip_build: true"),
        ("    dockerfile: none\n", b"functions.echo.dockerfile: none does not exist"),
        ("    build_options: [a; rm -rf]\n", b"is no name of a Debian package"),
        ("    runtime: cobol\n", b"Not found runtime:cobol"),
    ],
    ids=["digest", "dockerfile", "package", "runtime"],
)
def test_what_cannot_be_built_is_said_in_one_line(
    with_engine, fake_engine, write_function, tmp_path, extra, words
):
    config = write_function(tmp_path)
    config.write_text(config.read_text() + extra)
    done = with_engine("build", cwd=tmp_path)
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert not fake_engine.asked("build")


def test_without_an_engine_it_says_what_to_do(with_engine, fake_engine, write_function, tmp_path):
    write_function(tmp_path)
    missing = with_engine("build", cwd=tmp_path, DCF_ENGINE="/no/such/engine")
    assert missing.returncode == 1
    assert b"install docker or podman, or name another with DCF_ENGINE" in missing.stderr
    none = with_engine("build", cwd=tmp_path, DCF_ENGINE="", PATH=str(tmp_path))
    assert b"neither docker nor podman is on PATH" in none.stderr
    fake_engine.tell(version=[["Cannot connect to the daemon"], 1])
    silent = with_engine("build", cwd=tmp_path)
    assert b"does not answer (Cannot connect to the daemon): start it" in silent.stderr
    assert {missing.returncode, none.returncode, silent.returncode} == {1}
    assert all(each.stderr.count(b"\n") == 1 for each in (missing, none, silent))


def test_what_the_builder_writes_is_shown_with_v_or_when_it_fails(
    with_engine, fake_engine, write_function, tmp_path
):
    write_function(tmp_path)
    fake_engine.tell(build=[STEPS, 0])
    assert with_engine("build", cwd=tmp_path).stderr == b""
    assert with_engine("build", "-v", cwd=tmp_path).stderr.decode().splitlines() == STEPS
    fake_engine.tell(build=[[f"line {n}" for n in range(100)], 7])
    failed = with_engine("build", cwd=tmp_path)
    *lines, last = failed.stderr.decode().splitlines()
    assert failed.returncode == 1
    assert lines == [f"line {n}" for n in range(70, 100)]
    assert last.startswith("Error: image echo of function echo is not built (")
    assert "build ended with 7" in last


def start(fake_engine, tmp_path, **options):
    """`dcf function build` in the background, its builder at work."""
    environ = {**os.environ, "DCF_ENGINE": str(fake_engine.program), "TERM": "xterm"}
    # As from a terminal, whatever shell the tests were started from.
    command = ["env", "--default-signal=INT", sys.executable, "-m", "dcf", "function", "build"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environ, **options)
    limit = time.monotonic() + 30
    while not fake_engine.asked("build"):
        assert time.monotonic() < limit
        time.sleep(0.05)
    return process


def test_ctrl_c_ends_the_builder(fake_engine, write_function, tmp_path):
    write_function(tmp_path)
    fake_engine.tell(build=[[*STEPS, "and then it hangs"], 0])
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with start(fake_engine, tmp_path, **pipes) as process:
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in errors
    assert (fake_engine.home / "interrupted").exists()


def test_a_terminal_shows_the_step_the_builder_is_at(fake_engine, write_function, tmp_path):
    write_function(tmp_path)
    fake_engine.tell(build=[STEPS, 0])
    ours, theirs = pty.openpty()
    process = start(fake_engine, tmp_path, stdout=subprocess.DEVNULL, stderr=theirs, stdin=theirs)
    os.close(theirs)
    shown = b""
    while chunk := read(ours):
        shown += chunk
    os.close(ours)
    assert process.wait(timeout=30) == 0
    steps = (b"[internal] load build definition", b"[stage-1 2/4] RUN apt-get update", b"")
    assert shown == b"".join(b"\r\x1b[K" + step for step in steps)


def read(terminal):
    """A piece of what is shown; empty at its end."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # how Linux tells that the other side is closed
        return b""
