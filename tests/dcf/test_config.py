"""config.yaml: every key of the schema, and one broken file for each way to be wrong."""

from pathlib import Path

import pytest

from dcf.archive import Entry
from dcf.config import load
from dcf.errors import ConfigError

CONFIGS = Path(__file__).parents[1] / "data" / "configs"
ROOT = Path(__file__).parents[2]


def test_every_key_is_read():
    config = load(CONFIGS / "full.yaml")
    first, second = config.functions
    assert config.gateway == "http://gateway.example:8080"
    assert first.entry == Entry("./handler", "main.py", "Main")
    assert (first.runtime, first.desc, first.maintainer) == ("python", "a function", "somebody")
    assert (first.include, first.exclude) == (("models/ssd",), ("*.md",))
    assert (first.image, first.registry) == ("registry.example:5000/first", "registry.example:5000")
    assert first.environment == {"A": "from the file", "B": "2", "C": "true"}
    assert (first.secrets, first.constraints) == (("token",), ("nodetype=cpunode",))
    assert (first.labels, first.annotations) == ({"scale_min": "2"}, {"topic": "pictures"})
    assert (first.limits, first.requests) == ({"memory": "1Gi"}, {"cpu": "50m"})
    assert (first.build_options, first.build_args) == (("libgl1",), {"PYTHON_VERSION": "3.11"})
    assert second.entry == Entry("./src", "handler.py", "Handler")


def test_the_second_function_of_the_projects_file_needs_no_more_than_its_comment_signs(tmp_path):
    lines = (ROOT / "config.yaml").read_text().splitlines()
    start = lines.index("  # ssd-vgg16:")
    end = lines.index("dcf:")
    uncommented = [line.replace("  # ", "  ", 1) for line in lines[start:end]]
    file = tmp_path / "config.yaml"
    file.write_text("\n".join([*lines[:start], *uncommented, *lines[end:]]))
    first, second = load(file).functions
    assert (first.name, second.name) == ("ssd", "ssd-vgg16")
    bundle = second.environment["MODEL_BUNDLE"]
    assert bundle in second.include
    # What travels with the first, less the bundles that the second does not read.
    assert second.entry == first.entry
    assert set(first.exclude) - set(second.exclude) == {
        "models/ssd/bundles/weights",
        "*/README.md",
    }


def test_openfx_files_are_read():
    assert load(CONFIGS / "openfx.yaml").gateway == "gateway.example:31113"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("missing", "cannot be read"),
        ("not_yaml", "line 4, column 1: not YAML"),
        ("tab", "line 2, column 1: not YAML"),
        ("binary", "not YAML"),
        ("empty", "functions must be a map"),
        ("no_functions", "functions must be a map of at least one function"),
        ("functions_list", "functions must be a map"),
        ("top_list", "the file must be a map of keys, got a list"),
        ("unknown_top", "function: unknown key; did you mean functions?"),
        ("near_miss", "functions.f.enviroment: unknown key; did you mean environment?"),
        (
            "unknown_handler",
            "handler.folder: unknown key; did you mean file? allowed are dir, file, name, include",
        ),
        ("near_miss_gateway", "dcf.gatway: unknown key; did you mean gateway?"),
        ("handler_text", "functions.f.handler must be a map of keys, got './src'"),
        ("list_text", "functions.f.secrets must be a list, got 'token': write `secrets: [token]`"),
        ("map_of_list", "functions.f.environment.A must be text, got a list"),
        ("build_arg_bare", "each build-arg must take the form key=value"),
        ("build_arg_no_key", "build-arg must have a non-empty key"),
        ("build_arg_no_value", "build-arg must have a non-empty value"),
        ("env_file_missing", "none.yaml: cannot be read"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(file, words):
    with pytest.raises(ConfigError) as raised:
        load(CONFIGS / f"{file}.yaml")
    assert words in raised.value.message
    assert "\n" not in raised.value.message
