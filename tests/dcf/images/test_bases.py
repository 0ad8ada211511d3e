"""What images are built on: found, pulled, or built; and never somebody else's."""

import shutil

import pytest

from dcf.errors import EngineFailed
from dcf.images.bases import Bases, find_source
from dcf.images.engine import Engine
from dcf.terminal.engine_output import Quiet


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
    assert b"base image dcf/tools is not here: write as docker_registry one" in done.stderr
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


@pytest.fixture
def bases(fake_engine):
    """`bases(source)` on the engine that is played; what was said is in its `said`."""

    def make(source=None, flags=()):
        said = []
        made = Bases(Engine((str(fake_engine.program),)), said.append, Quiet, flags, source)
        made.said = said
        return made

    return make


@pytest.mark.parametrize(
    "text",
    [
        "FROM $REGISTRY/tools",
        "from ${REGISTRY}/tools AS build",
        "FROM --platform=$BUILDPLATFORM  $REGISTRY/tools",
        "ARG X\n  FROM dcf/tools",
    ],
)
def test_every_way_to_name_a_base_is_read(bases, fake_engine, text):
    fake_engine.images = {}
    fake_engine.tell()
    with pytest.raises(EngineFailed, match="base image dcf/tools is not here"):
        bases().provide(text, "", "")


@pytest.mark.parametrize(
    "text",
    ["FROM python:3.11", "# FROM dcf/tools", "RUN echo FROM dcf/tools", "FROM x/dcf/tools", ""],
)
def test_any_other_line_names_none(bases, fake_engine, text):
    fake_engine.images = {}
    fake_engine.tell()
    assert bases().provide(text, "r.example", "") in {"dcf", "r.example"}
    assert not fake_engine.asked()


def test_a_base_that_no_target_makes_is_told_and_not_built(bases, fake_engine, tmp_path):
    with pytest.raises(EngineFailed, match="base image dcf/other is not here"):
        bases(tmp_path).provide("FROM dcf/other", "", "")
    assert not fake_engine.asked("build")


def test_a_base_that_cannot_be_built_says_so(bases, fake_engine, tmp_path):
    fake_engine.images = {}
    fake_engine.tell(build=[["it broke"], 1])
    made = bases(tmp_path, ("--network=host",))
    with pytest.raises(
        EngineFailed, match=r"base image dcf/ssd is not built \(.*build ended with 1"
    ):
        made.provide("FROM dcf/ssd", "", "")
    (call,) = fake_engine.asked("build")
    assert call["words"] == [
        "build", "--network=host", "--target", "function", "--tag", "dcf/ssd", str(tmp_path),
    ]  # fmt: skip
    assert made.said == [f"Base image dcf/ssd is not here: building it from {tmp_path} ..."]


def test_this_checkout_is_one(pytestconfig):
    assert find_source() == pytestconfig.rootpath
