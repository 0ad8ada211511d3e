"""The parts of an image's name."""

from pathlib import Path

import pytest

from dcf.config import Entry, FunctionConfig
from dcf.errors import ConfigError
from dcf.images.names import digest_in, registry_of, repository_of, to_build, to_push


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


@pytest.mark.parametrize(
    ("image", "registry", "repository"),
    [
        ("f", "", "f"),
        ("f:1", "", "f"),
        ("team/f:1", "", "team/f"),
        ("localhost/f", "localhost", "localhost/f"),
        ("localhost:5000/f", "localhost:5000", "localhost:5000/f"),
        ("r.example/team/f:1@sha256:0", "r.example", "r.example/team/f"),
        ("r:5/f@sha256:0", "r:5", "r:5/f"),
        ("f.x", "", "f.x"),
    ],
)
def test_a_name_is_taken_apart(image, registry, repository):
    assert registry_of(image) == registry
    assert repository_of(image) == repository


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ""),
        ("sha256:" + "a" * 63, ""),
        ("x sha256:" + "a" * 64 + " y sha256:" + "b" * 64 + " size: 1", "sha256:" + "b" * 64),
        ("sha256:" + "A" * 64, ""),
    ],
)
def test_the_last_digest_of_a_text_counts(text, found):
    assert digest_in(text) == found


def function(**entry):
    return FunctionConfig("f", Path(), Entry("src", "handler.py", "Handler"), **entry)


def test_under_a_digest_nothing_is_built_and_without_a_registry_nothing_is_pushed():
    assert to_build(function(image="r.example/f:1")) == "r.example/f:1"
    assert to_build(function(registry="r.example/team/")) == "r.example/team/f"
    with pytest.raises(
        ConfigError, match=r"functions\.f\.image is f@sha256:0: nothing can be built"
    ):
        to_build(function(image="f@sha256:0"))
    assert to_push(function(image="team/f")) == "team/f"
    for image in ("", "f:1"):
        with pytest.raises(ConfigError, match=r"names no registry: write functions\.f\.docker_reg"):
            to_push(function(image=image))
