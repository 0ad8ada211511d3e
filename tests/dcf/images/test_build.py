"""dcf function build: what the engine is asked, and what a person is told."""

import os
from pathlib import Path

import pytest

STEPS = ["#1 [internal] load build definition", "#5 [stage-1 2/4] RUN apt-get update", "#5 0.5 out"]


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
