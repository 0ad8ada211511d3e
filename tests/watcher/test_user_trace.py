"""What a trace tells: the user's lines, under the paths that they know."""

import importlib.util
import re
import threading
from pathlib import Path

import pytest

from tests.waiting import until
from watcher import failure, user_trace
from watcher.loading import adapters
from watcher.request import Request

CODE = """\
import json
import threading

HERE = threading.Event()
GO = threading.Event()


def Handler(request):
    return globals()[request.query["do"]]()


def plain():
    return 1 / 0


def library():
    return json.loads("{")


def chained():
    try:
        plain()
    except ZeroDivisionError as error:
        raise KeyError("no such") from error


def beside():
    try:
        plain()
    except ZeroDivisionError:
        raise KeyError("no such")


def hidden():
    try:
        plain()
    except ZeroDivisionError:
        raise KeyError("no such") from None


def group():
    errors = []
    for work in (plain, chained):
        try:
            work()
        except Exception as error:
            errors.append(error)
    raise ExceptionGroup("two", errors)


def names_a_file():
    raise OSError(2, "gone", __file__)


def unsayable():
    raise type("Odd", (Exception,), {"__str__": lambda self: 1 / 0})()


def stuck():
    HERE.set()
    GO.wait(20)
"""


@pytest.fixture
def function(tmp_path):
    """`function(verb)` runs a handler as a watcher does, and gives what it raised."""
    file = tmp_path / ("0f" * 32) / "src" / "handler.py"
    file.parent.mkdir(parents=True)
    file.write_text(CODE)
    spec = importlib.util.spec_from_file_location("traced", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    user_trace.use_folder(file.parent, file)
    _, call = adapters.adapt(module.Handler, "Handler", raw_body=False)

    def raised(verb):
        with pytest.raises(Exception) as caught:  # noqa: PT011 # of every kind
            call(Request(b"", query={"do": verb}))
        # pytest's own frames are above the call; a watcher's would be ours.
        trace = caught.value.__traceback__.tb_next
        return caught.value.with_traceback(trace)

    raised.module, raised.call = module, call
    yield raised
    user_trace.use_folder(Path("/nowhere/src"), Path("/nowhere/src/handler.py"))


def test_the_trace_is_the_users_lines_alone(function):
    assert re.sub(r"\n +[~^]+", "", user_trace.trace_of(function("plain"))) == (
        "Traceback (most recent call last):\n"
        '  File "src/handler.py", line 9, in Handler\n'
        '    return globals()[request.query["do"]]()\n'
        '  File "src/handler.py", line 13, in plain\n'
        "    return 1 / 0\n"
        "ZeroDivisionError: division by zero\n"
    )


def test_libraries_below_the_users_line_stay(function):
    error = function("library")
    trace = user_trace.trace_of(error)
    assert re.search(r'File "/.*/json/decoder\.py", line \d+, in raw_decode', trace)
    assert user_trace.place_of(error) == "src/handler.py:17 in library"


@pytest.mark.parametrize(
    ("verb", "between", "places"),
    [
        ("chained", "the direct cause of", [22, 13, 9, 24]),
        ("beside", "During handling of", [29, 13, 9, 31]),
        ("hidden", "KeyError", [9, 38]),
        ("group", "| ExceptionGroup: two", [9, 48, 45, 13, 22, 13, 45, 24]),
    ],
)
def test_what_led_to_an_error_is_told_in_the_same_way(function, verb, between, places):
    trace = user_trace.trace_of(function(verb))
    assert between in trace
    found = re.findall(r'File "(.*)", line (\d+)', trace)
    assert {path for path, _ in found} == {"src/handler.py"}
    assert [int(line) for _, line in found] == places
    assert "adapters.py" not in trace


def test_paths_in_the_text_of_an_error_are_short_too(function):
    error = function("names_a_file")
    assert user_trace.in_words(error) == ("FileNotFoundError: [Errno 2] gone: 'src/handler.py'")
    assert "0f0f" not in user_trace.trace_of(error)


def test_an_error_that_cannot_be_told_is_told_by_its_class(function):
    assert user_trace.in_words(function("unsayable")) == (
        "Odd: (and its text could not be had: ZeroDivisionError)"
    )
    assert user_trace.in_words(ValueError()) == "ValueError"
    assert user_trace.in_words(ValueError("a\n b")) == "ValueError: a b"
    assert len(user_trace.in_words(ValueError("x" * 10_000))) < 600


def test_a_fault_of_our_own_keeps_its_frames():
    with pytest.raises(TypeError) as caught:
        failure.new_id(5)
    caught.value.__traceback__ = caught.value.__traceback__.tb_next
    assert "watcher/failure.py" in user_trace.trace_of(caught.value)
    assert user_trace.place_of(caught.value) == ""


def test_a_syntax_error_is_where_it_is_in_the_file(function, tmp_path):
    file = Path(function.module.__file__).parent / "helper.py"
    file.write_text("x = 1\ndef (:\n")
    with pytest.raises(SyntaxError) as caught:
        compile(file.read_text(), str(file), "exec")
    assert user_trace.place_of(caught.value) == "src/helper.py:2"
    assert 'File "src/helper.py", line 2\n    def (:\n' in user_trace.trace_of(caught.value)
    with pytest.raises(SyntaxError) as asked:
        compile("a b", "<unknown>", "eval")
    assert "<unknown>" not in user_trace.place_of(asked.value)


def test_a_thread_is_at_the_users_line(function):
    thread = threading.Thread(target=function.call, args=(Request(b"", query={"do": "stuck"}),))
    thread.start()
    try:
        assert function.module.HERE.wait(10)
        # It has told that it is there a moment before it waits.
        until(lambda: ":61 in" in user_trace.where_is(thread.ident).place, 10)
        where = user_trace.where_is(thread.ident)
    finally:
        function.module.GO.set()
        thread.join(10)
    assert where.place == "src/handler.py:61 in stuck"
    assert where.stack.startswith('  File "src/handler.py", line 9, in Handler\n')
    assert "threading.py" in where.stack  # below the user's line
    assert "adapters.py" not in where.stack
    assert user_trace.where_is(thread.ident) == user_trace.NOWHERE
    assert user_trace.where_is(None) == user_trace.NOWHERE


@pytest.mark.parametrize(
    ("cwd", "folder", "file", "path", "short"),
    [
        ("code/0f", "code/0f/src", "handler.py", "code/0f/src/a.py", "src/a.py"),
        ("code/0f", "code/0f", "handler.py", "code/0f/a.py", "a.py"),
        ("code/0f", "code/0f/a/b", "handler.py", "code/0f/a/b/c.py", "a/b/c.py"),
        ("elsewhere", "code/0f/src", "handler.py", "code/0f/src/a.py", "src/a.py"),
        ("elsewhere", "code/0f", "src/handler.py", "code/0f/src/a.py", "src/a.py"),
        ("elsewhere", "code/0f/src", "handler.py", "other/a.py", None),
        ("/", "code/0f/src", "handler.py", "code/0f/src/a.py", "src/a.py"),
    ],
)
def test_the_functions_folder_is_where_it_was_started_or_above_its_code(
    tmp_path, monkeypatch, cwd, folder, file, path, short
):
    (tmp_path / cwd).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(tmp_path / cwd)
    user_trace.use_folder(tmp_path / folder, tmp_path / folder / file)
    assert user_trace.short(tmp_path / path) == (short or str(tmp_path / path))


def test_a_folder_that_is_deleted_under_the_process_costs_nothing(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    user_trace.use_folder(tmp_path / "f/src", tmp_path / "f/src/handler.py")
    assert user_trace.short(tmp_path / "f/src/a.py") == "src/a.py"
