"""The container engine's command line: what is copied for it, and what it answers."""

import pytest

from benchmarks.harness.errors import BenchmarkError, CannotMeasure
from benchmarks.harness.plan import Plan, photos
from benchmarks.harness.watcher_program import WatcherProgram
from benchmarks.image import engine as room
from benchmarks.image.engine import ContainerEngine, copy_of_context


def test_the_copy_has_what_an_image_is_made_of(tmp_path):
    copy = copy_of_context(tmp_path)
    assert {"Dockerfile", "handler", "models", "watcher"} <= {path.name for path in copy.iterdir()}
    assert not (copy / "tests").exists()


@pytest.fixture
def docker(tmp_path, monkeypatch):
    """An engine whose command is a shell script that answers what the test says."""

    def script(text):
        file = tmp_path / "docker"
        file.write_text(f"#!/bin/sh\ncase $1 in version) exit 0 ;; esac\n{text}\n")
        file.chmod(0o755)
        monkeypatch.setenv("DOCKER", str(file))
        return ContainerEngine()

    return script


def test_an_engine_that_does_not_answer_cannot_be_measured(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER", str(tmp_path / "none"))
    with pytest.raises(CannotMeasure, match="cannot be run"):
        ContainerEngine()
    monkeypatch.setenv("DOCKER", "false")
    with pytest.raises(CannotMeasure, match="no container engine answers"):
        ContainerEngine()


def test_layers_are_read_the_lowest_first(docker):
    engine = docker("printf '1.5GB\\tRUN two\\n20kB\\tCOPY one\\n'")
    assert engine.layers("image") == [("COPY one", 0.02), ("RUN two", 1500.0)]
    with pytest.raises(BenchmarkError, match="gives a size as '12 parsecs'"):
        docker("printf '12 parsecs\\tRUN\\n'").layers("image")


def test_steps_from_the_cache_do_not_count(docker, tmp_path):
    lines = (
        "#5 [base 1/3] RUN a", "#6 [base 2/3] COPY b", "#6 CACHED", "#7 [base 3/3] WORKDIR /",
        "#8 exporting",
    )  # fmt: skip
    engine = docker("cat >&2 <<'END'\n" + "\n".join(lines) + "\nEND")
    assert engine.build("tag", tmp_path).steps == 2


def test_a_command_that_fails_is_its_last_line(docker):
    with pytest.raises(BenchmarkError, match="history failed: no such image"):
        docker("echo one >&2; echo no such image >&2; exit 1").layers("image")


@pytest.mark.slow
def test_a_container_is_waited_for_until_it_answers(docker, monkeypatch):
    engine = docker("exit 0")
    with WatcherProgram(Plan()) as watcher:
        monkeypatch.setattr(room, "free_ports", lambda count: (watcher.address.port,))
        with engine.container("image", (), photos()[0].read_bytes()) as (name, port, start):
            assert name.startswith("benchmark-")
            assert port == watcher.address.port
            assert 0 < start.answered <= start.ready
