"""Which config file a verb reads, and which functions of it."""

from pathlib import Path

import click
import pytest

from dcf.commands.options.config_files import find, function_of, load_some
from dcf.config import load
from dcf.errors import ConfigError, InvalidRequest


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(*names):
    for name in names:
        Path(name).write_text("functions: {a: {}, b: {}}")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a.yaml", "config.yaml", "z.yaml"], "config.yaml"),
        (["a.yaml", "z.yaml"], "z.yaml"),
        (["a.yaml", "my.yaml.bak"], "my.yaml.bak"),  # as in the original
        (["x.yml", "a.yaml"], "a.yaml"),
    ],
)
def test_the_usual_one_or_the_last_that_looks_like_one(names, found):
    put(*names)
    assert find("") == Path(found)
    assert find("named") == Path("named")


def test_a_folder_of_that_name_is_none():
    Path("z.yaml").mkdir()
    put("a.yaml")
    assert find("") == Path("a.yaml")
    Path("a.yaml").unlink()
    with pytest.raises(ConfigError, match="no config file in this folder: name one with -f"):
        find("")


def test_functions_are_those_named_in_the_files_order():
    put("config.yaml")
    assert [each.name for each in load_some("", ())] == ["a", "b"]
    assert [each.name for each in load_some("", ("b",))] == ["b"]
    assert [each.name for each in load_some("", ("b", "a"))] == ["a", "b"]
    with pytest.raises(click.UsageError, match=r"x, y is not in config\.yaml"):
        load_some("", ("y", "a", "x"))


def test_one_by_its_name_or_which_there_are():
    put("config.yaml")
    config = load(Path("config.yaml"))
    assert function_of(config, "b").name == "b"
    with pytest.raises(InvalidRequest, match=r"function c is not in config\.yaml: it has a, b"):
        function_of(config, "c")
