"""A YAML file as tables that know where they are."""

import pytest

from dcf.config_table import Table, kind, read_yaml
from dcf.errors import ConfigError


def table(raw, *allowed):
    return Table("c.yaml", "functions.f", raw, allowed or ("a", "b", "labels"))


def refusal(action):
    with pytest.raises(ConfigError) as caught:
        action()
    assert "\n" not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize("raw", [None, {}])
def test_an_empty_map_has_nothing_of_anything(raw):
    empty = table(raw)
    assert (empty.text("a"), empty.flag("a"), empty.texts("a")) == ("", False, ())
    assert (empty.mapping("a"), empty.filled()) == ({}, {})
    assert empty.table("a", ()).raw == {}


@pytest.mark.parametrize(
    ("value", "text"),
    [("x", "x"), (1, "1"), (0.5, "0.5"), (None, ""), ("", "")],
)
def test_scalars_are_texts_in_yamls_own_spelling(value, text):
    assert table({"a": value}).text("a") == text
    assert table({"a": [value]}).texts("a") == (text,)
    assert table({"a": {"k": value}}).mapping("a") == {"k": text}


def test_keys_of_free_maps_are_texts_too():
    assert table({"a": {8080: "x"}}).mapping("a") == {"8080": "x"}


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda: table([1]), "c.yaml: functions.f must be a map of keys, got a list"),
        (lambda: Table("c.yaml", "", 5, ()), "c.yaml: the file must be a map of keys, got 5"),
        (lambda: table({"label": 1}),
         "c.yaml: unknown key functions.f.label: did you mean labels?"),
        (lambda: table({"zzzz": 1}),
         "c.yaml: unknown key functions.f.zzzz: allowed are a, b, labels"),
        (lambda: table({"a": {}}).text("a"), "functions.f.a must be text, got a map"),
        (lambda: table({"a": "yes"}).flag("a"), "functions.f.a must be true or false, got 'yes'"),
        (lambda: table({"a": 1}).flag("a"), "must be true or false, got 1"),
        (lambda: table({"a": "x"}).texts("a"), "must be a list, got 'x': write `a: [x]`"),
        (lambda: table({"a": {"k": 1}}).texts("a"), "must be a list, got a map: write `a: [...]`"),
        (lambda: table({"a": ["x", [1]]}).texts("a"), "a list of texts, got a list in it"),
        (lambda: table({"a": [1]}).mapping("a"),
         "a must be a map, got a list: write `a: {NAME: value}`"),
        (lambda: table({"a": {"k": {}}}).mapping("a"), "functions.f.a.k must be text, got a map"),
        (lambda: table({"a": {"x": 1}}).table("a", ("y",)),
         "c.yaml: unknown key functions.f.a.x: allowed are y"),
        (lambda: table({"a": {1, 2}}).text("a"), "must be text, got a list"),
        (lambda: Table("c.yaml", "", {"x": 1}, ("y",)), "c.yaml: unknown key x: allowed are y"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_its_file_and_its_path(action, words):
    assert words in refusal(action)


@pytest.mark.parametrize(
    "action",
    [
        lambda: table({"k" * 5000: 1}),
        lambda: table({"a": "v" * 5000}).flag("a"),
        lambda: table({"a": "v" * 5000}).texts("a"),
        lambda: table({"a": {"k" * 5000: []}}).mapping("a"),
    ],
)
def test_however_long_it_is_the_line_is_short(action):
    assert len(refusal(action)) < 300


def test_only_what_is_filled_is_kept():
    assert table({"a": "1", "b": ""}).filled() == {"a": "1"}
    assert table({"a": 0, "b": None}).filled() == {"a": "0"}


@pytest.mark.parametrize(
    ("value", "words"),
    [({}, "a map"), ([], "a list"), (set(), "a list"), ("x", "'x'"), (None, "None"), (1.5, "1.5")],
)
def test_a_value_in_a_few_words(value, words):
    assert kind(value) == words


def test_a_file_is_read_or_named(tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text("a: [1, x]")
    assert read_yaml(file, []) == {"a": ["1", "x"]}
    file.write_text("a: [")
    assert refusal(lambda: read_yaml(file, [])).startswith(f"{file}: ")
    assert refusal(lambda: read_yaml(tmp_path / "no", [])) == (
        f"{tmp_path / 'no'}: cannot be read (No such file or directory): give a config file with -f"
    )
    assert "Is a directory" in refusal(lambda: read_yaml(tmp_path, []))
    assert "cannot be read (" in refusal(lambda: read_yaml(tmp_path / "a\0b", []))
