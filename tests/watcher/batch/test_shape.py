"""What the answer looks like: by a template or a hook, and what is wrong with one."""

import sys

import pytest

from watcher.batch import shape
from watcher.configuration import config
from watcher.errors import BadAnswer, SettingError


def test_a_template_says_how_an_entry_looks(data, answered, tmp_path):
    data.put("sub/one.jpg", 'json {"n": 1}')
    data.put("two.jpg", "known")
    template = tmp_path / "template.json"
    template.write_text(
        '{"id": "{stem}", "at": ["{index}", "no {index}: {name}"], "found": "{result}"}'
    )
    error = {"code": "not_an_image", "message": "this is no image; send one \\ud800"}
    assert answered(ANSWER_TEMPLATE=template) == [
        {"id": "one", "at": [0, "no 0: one.jpg"], "found": {"n": 1}},
        {"id": "two", "at": [1, "no 1: two.jpg"], "found": {"error": error}},
    ]
    template.write_text('["{file}", "{result}", "{error}"]')
    assert answered(ANSWER_TEMPLATE=template) == [
        ["sub/one.jpg", {"n": 1}, None],
        ["two.jpg", None, error],
    ]


def test_a_hook_makes_the_answer(data, answered):
    data.put("a.jpg", "text a")
    data.put("b.jpg", "known")
    assert answered(ANSWER_HOOK="batch_shape.py:by_name") == {"a.jpg": "a", "b.jpg": None}


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ('{"a": "{resul}"}', "{resul}; did you mean {result}?"),
        ('["{zzz}"]', "it knows file, name, stem, index, result, error"),
        ('"found {result}"', "{result} inside a longer text"),
        ("[" * 60_000, "is not JSON"),
        ("[" * 60 + "]" * 60, "is nested over 50 deep"),
        ('"\\ud800"', "is not JSON"),
        ('"' + "x" * 70_000 + '"', "is over 65536 bytes"),
    ],
    ids=["near miss", "unknown", "inside text", "deep", "nested", "half", "large"],
)
def test_a_wrong_template_ends_the_start(begin, data, tmp_path, template, said):
    data.put("a.jpg", "text a")
    (tmp_path / "t.json").write_text(template)
    run = begin(ANSWER_TEMPLATE=tmp_path / "t.json")
    assert run.wait() == 2
    assert said in run.log
    assert len(run.log.splitlines()) == 1


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        ("fails", "in fails: KeyError: 'no 1'"),
        ("no_json", "made a dict that JSON cannot"),
    ],
)
def test_a_hook_that_fails_at_the_end_costs_no_work(begin, data, calls, hook, said):
    data.put("a.jpg", "text a")
    run = begin(ANSWER_HOOK=f"batch_shape.py:{hook}")
    assert run.wait() == 1
    assert said in run.log
    assert "watcher/batch" not in run.log
    assert begin(ANSWER_HOOK="batch_shape.py:by_name").wait() == 0
    assert len(calls()) == 1


ENTRY = {"file": "sub/one.tar.gz", "result": {"n": [1]}}
FAILED = {"file": "b.jpg", "error": {"code": "timeout", "message": "m"}}


@pytest.mark.parametrize(
    ("template", "made"),
    [
        ("{file}", "sub/one.tar.gz"),
        ("{name}", "one.tar.gz"),
        ("{stem}", "one.tar"),
        ("{index}", 7),
        ("no {index}", "no 7"),
        ("{result}", {"n": [1]}),
        ("{error}", None),
        ({"a": ["{result}", 5, None, True]}, {"a": [{"n": [1]}, 5, None, True]}),
        ({"{file}": 1}, {"{file}": 1}),  # keys are taken as they are
        ("{FILE} {} {file", "{FILE} {} {file"),
        ([], []),
    ],
)
def test_a_placeholder_becomes_its_value(template, made):
    assert shape.Template(template).fill(7, ENTRY) == made


def test_an_error_stands_where_the_template_has_a_place_for_it():
    assert shape.Template(["{result}"]).fill(0, FAILED) == [{"error": FAILED["error"]}]
    assert shape.Template(["{result}", "{error}"]).fill(0, FAILED) == [None, FAILED["error"]]
    assert shape.Template("{stem}").fill(0, FAILED) == "b"


@pytest.mark.parametrize("name", ["result", "error"])
def test_a_value_cannot_stand_inside_a_text(name):
    with pytest.raises(ValueError, match="inside a longer text"):
        shape.Template({"a": [f"x {{{name}}}"]})


def nested(depth):
    value = "{file}"
    for _ in range(depth):
        value = [value]
    return value


def test_a_template_is_as_deep_as_is_allowed():
    deepest = shape.Template(nested(shape.MAX_DEPTH))
    assert deepest.fill(0, {"file": "a", "result": 1}) != nested(shape.MAX_DEPTH)
    with pytest.raises(ValueError, match="nested over 50 deep"):
        shape.Template(nested(shape.MAX_DEPTH + 1))


def test_template_and_hook_may_both_be_there_and_the_hook_is_last():
    made = shape.Shape(shape.Template("{stem}"), lambda entries: {"all": entries})
    assert made.answer([ENTRY, FAILED]) == b'{"answer":{"all":["one.tar","b"]}}'
    assert shape.Shape(None, None).answer([]) == b'{"answer":[]}'


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        (lambda _: 1 / 0, ": ZeroDivisionError: division by zero; mend it"),
        (lambda _: sys.exit("no\nway"), ": SystemExit: no way; mend it"),
        (lambda _: object(), "made a object that JSON cannot hold"),
        (lambda _: {(1, 2): 3}, "made a dict that JSON cannot hold"),
        (lambda _: ["\ud800"], "made a list that JSON cannot hold"),
        (lambda entries: entries.append(entries) or entries, "made a list that JSON cannot hold"),
    ],
    ids=["raises", "exits", "object", "keys", "half a character", "circle"],
)
def test_what_a_hook_does_wrong_is_one_line(hook, said):
    with pytest.raises(BadAnswer) as caught:
        shape.Shape(None, hook).answer([ENTRY])
    assert said in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("text", ["hook.py", ":name", "hook.py:", "hook.py:a b", "hook.py:a.b"])
def test_a_hook_is_named_by_file_and_function(text):
    settings = config.read({}, {"ANSWER_HOOK": text})
    with pytest.raises(SettingError, match=r"it must be file\.py:function"):
        shape.hook_of(settings)


def test_without_settings_there_is_neither_template_nor_hook():
    settings = config.read({}, {})
    assert shape.template_of(settings) is None
    assert shape.hook_of(settings) is None
