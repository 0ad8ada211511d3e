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
        ("unknown_top", "unknown_top.yaml: unknown key function: did you mean functions?"),
        ("near_miss", "unknown key functions.f.enviroment: did you mean environment?"),
        ("unknown_handler", "unknown key functions.f.handler.folder: did you mean dir?"),
        ("near_miss_gateway", "unknown key dcf.gatway: did you mean gateway?"),
        (
            "handler_text",
            "handler must be a map of keys, got './src': write `handler: {dir: ./src}`",
        ),
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


VALUES = {
    "T_VERSION": "1.10", "T_MODE": "0644", "T_TIME": "12:30:45", "T_WORD": "yes", "T_HEX": "0x1F",
    "T_NUM": "1_000", "T_PLUS": "+82", "T_STAMP": "2026-01-02T03:04:05Z", "NO": "norway",
    "T_TRUE": "True", "T_FLOAT": "1e-3", "T_NONE": "",
}  # fmt: skip


def test_values_are_text_as_written(tmp_path, capsys):
    rows = "".join(f"      {key}: {text}\n" for key, text in VALUES.items())
    (tmp_path / "more.yaml").write_text("environment: {T_FILE: off, T_OTHER: '010'}\n")
    file = tmp_path / "config.yaml"
    file.write_text(
        f"functions:\n  f:\n    environment:\n{rows}    environment_file: [more.yaml]\n"
        "    labels: {v: 1.10, z: 0123}\n    limits: {cpu: 0.10}\n    build_args: [A=1_0]\n"
        "    skip_build: True\n"
    )
    (function,) = load(file).functions
    assert function.environment == {**VALUES, "T_FILE": "off", "T_OTHER": "010"}
    assert (function.labels, function.limits) == ({"v": "1.10", "z": "0123"}, {"cpu": "0.10"})
    assert function.skip_build
    told = capsys.readouterr().err.splitlines()
    assert [line.split(": taken as written")[0] for line in told] == [
        f"Note: {file}: lines 5, 6, 7, 9, 11, 12, 17",
        f"Note: {tmp_path / 'more.yaml'}: line 1",
    ]
    load(file)
    assert not capsys.readouterr().err


@pytest.mark.parametrize("word", ["yes", "'1'", "on", "[true]"])
def test_a_flag_is_true_or_false(tmp_path, word):
    file = tmp_path / "config.yaml"
    file.write_text(f"functions: {{f: {{skip_build: {word}}}}}\n")
    with pytest.raises(ConfigError, match="must be true or false"):
        load(file)


def scaled(tmp_path, scale, labels="{}"):
    file = tmp_path / "config.yaml"
    file.write_text(f"functions: {{f: {{labels: {labels}, scale: {scale}}}}}")
    return load(file).functions[0].labels


def test_scale_stands_for_the_labels_of_scaling(tmp_path):
    given = """{min: 2, max: 4, target: 10, type: capacity, zero: True, zero_duration: 5m,
        target_proportion: 0.8, down_window: 30s}"""
    prefix = "com.openfaas.scale."
    assert scaled(tmp_path, given, "{team: a}") == {
        "team": "a", f"{prefix}min": "2", f"{prefix}max": "4", f"{prefix}target": "10",
        f"{prefix}type": "capacity", f"{prefix}zero": "true", f"{prefix}zero-duration": "5m",
        f"{prefix}target-proportion": "0.8", f"{prefix}down.window": "30s",
    }  # fmt: skip
    assert scaled(tmp_path, "{max: 500}") == {f"{prefix}max": "500"}  # its gateway has the limit
    assert scaled(tmp_path, "") == {}


@pytest.mark.parametrize(
    ("scale", "labels", "words"),
    [
        ("{min: 0}", "{}", "functions.f.scale.min is 0: write `zero: true`"),
        ("{min: 3, max: 2}", "{}", "functions.f.scale: label com.openfaas.scale.min is 3, more"),
        ("{type: memory}", "{}", "is 'memory': give rps, capacity or cpu: use capacity"),
        ("{max: 2}", "{com.openfaas.scale.max: 2}", "say the same: keep one"),
        ("{zero_duration: soon}", "{}", "give a time from 1s"),
        ("3", "{}", "functions.f.scale must be a map of keys"),
        ("{max: 2}", "{com.openfaas.scale.zeroo: x}", "did you mean com.openfaas.scale.zero?"),
    ],
)
def test_a_scale_that_cannot_be_meant_is_one_line_with_its_place(tmp_path, scale, labels, words):
    with pytest.raises(ConfigError) as refused:
        scaled(tmp_path, scale, labels)
    assert words in refused.value.message
    assert str(tmp_path / "config.yaml") in refused.value.message
    assert "\n" not in refused.value.message
