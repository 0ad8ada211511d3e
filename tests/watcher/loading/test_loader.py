"""Each way a handler can fail to load ends a real process with its own line."""

import re

import pytest

FAULTS = {
    "nowhere.py": ["there is no handler file", "set HANDLER_DIR and HANDLER_FILE"],
    "god.py": ["there is no handler file", "did you mean good.py?"],
    "broken_syntax.py": ["broken_syntax.py:1 is not valid Python: "],
    "broken_import.py": ["broken_import.py failed at ", "RuntimeError: no model here"],
    "missing_module.py": ["ModuleNotFoundError: No module named 'a_module_that_is_not_there'"],
    "exits_at_import.py": ["exits_at_import.py failed at ", "SystemExit: bye"],
    "near_miss.py": ["near_miss.py has no Handler; did you mean Handlre?"],
    "not_callable.py": ["Handler of", "is a int; it must be a class or a function"],
    "no_call.py": ["a class without __call__; add def __call__(self, request)"],
    "broken_build.py": [
        "building Handler failed at handlers/broken_build.py:",
        "ValueError: the weights are gone",
    ],
    "broken_warm.py": [
        "warming the handler failed at handlers/broken_warm.py:",
        "ValueError: first call failed",
    ],
    "three_arguments.py": ["Handler takes 3 arguments", "(event, context)"],
    "coroutine.py": ["is a coroutine function; make it a plain def"],
}


@pytest.mark.parametrize("file", FAULTS)
def test_a_handler_that_cannot_load_ends_the_process_with_the_reason(start, file):
    watcher = start(ready=False, HANDLER_FILE=file)
    assert watcher.wait() == 1
    first = watcher.log.splitlines()[0]
    assert " ERROR " in first
    for part in FAULTS[file]:
        assert part in first
    assert not watcher.lock.exists()


def test_the_traceback_begins_with_the_users_frame(start):
    watcher = start(ready=False, HANDLER_FILE="broken_import.py")
    watcher.wait()
    lines = watcher.log.splitlines()
    assert (
        "importing handlers/broken_import.py failed at handlers/broken_import.py:5 in deep: "
        in lines[0]
    )
    assert lines[1] == "  Traceback (most recent call last):"
    assert 'File "handlers/broken_import.py", line 8, in <module>' in lines[2]
    assert "loader.py" not in watcher.log


def test_a_syntax_error_is_told_by_file_and_line_alone(start):
    watcher = start(ready=False, HANDLER_FILE="broken_syntax.py")
    watcher.wait()
    assert re.search(
        r"ERROR handlers/broken_syntax\.py:1 is not valid Python: .*\n"
        r'    File "handlers/broken_syntax\.py", line 1\n',
        watcher.log,
    )
    assert "loader.py" not in watcher.log
    assert "importlib" not in watcher.log


def test_a_hanging_import_ends_within_the_time_limit(start):
    watcher = start(ready=False, HANDLER_FILE="hangs_at_import.py", LOAD_TIMEOUT="3")
    assert watcher.wait() == 1
    assert (
        "loading the handler took over 3 s (LOAD_TIMEOUT) and is at "
        "handlers/hangs_at_import.py:5 in <module>; raise LOAD_TIMEOUT"
    ) in watcher.log
    assert "loader.py" not in watcher.log


def test_a_folder_that_is_a_package_is_imported_as_one(start, handlers):
    watcher = start(HANDLER_DIR=handlers / "packaged", HANDLER_FILE="handler.py")
    assert watcher.post().text == "from the package"


@pytest.mark.parametrize("absolute", [False, True], ids=["relative file", "absolute file"])
def test_modules_beside_the_folder_and_beside_the_file_are_found(start, handlers, absolute):
    folder = handlers / "nested"
    file = folder / "src" / "handler.py" if absolute else "src/handler.py"
    watcher = start(HANDLER_DIR=folder, HANDLER_FILE=file)
    assert watcher.post().text == "beside the folder, beside the file"


def test_a_package_with_the_name_of_a_loaded_module_is_refused(start, tmp_path):
    folder = tmp_path / "json"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "handler.py").write_text("def Handler(request):\n    return ''\n")
    watcher = start(ready=False, HANDLER_DIR=folder, HANDLER_FILE="handler.py")
    assert watcher.wait() == 1
    assert "is a package called json, and a module of that name is already loaded" in watcher.log


def test_a_plain_function_is_called_with_the_request(start):
    watcher = start(HANDLER_FILE="function.py")
    assert watcher.post(data=b"abc").content == b"abc"


def test_info_says_what_was_loaded_and_no_path(shared):
    info = shared.get("/_/info").json()
    assert info["handler"] == {"file": "good.py", "name": "Handler", "kind": "request"}
    assert info["name"] == "steered"
    assert info["info"] == {"model": "none", "columns": 3}
    assert info["limits"]["max_inflight"] == 16
    assert set(info["load_seconds"]) == {"import", "build", "warm"}
    assert "/" not in str(info)


def test_warm_ran_once_before_the_first_call(shared):
    assert shared.post().json()["warmed"] == 1
