"""One function calls another, by name."""

import socket

import pytest

from watcher.rpc import mesh


@pytest.fixture
def chain(start, free, examples):
    def begin(**settings):
        return start(
            HANDLER_DIR=examples / "dcf_chain",
            HANDLER_FILE="handler.py",
            **settings,
        )

    return begin


def test_a_handler_calls_another_function_by_name(chain, start, free, examples):
    port = free()
    start(HANDLER_DIR=examples / "dcf_echo", HANDLER_FILE="handler.py", MESH_PORT=port)
    caller = chain(MESH_ECHO=f"127.0.0.1:{port}")
    assert caller.post(data=b"hello").content == b"chained: hello"


def test_a_proxy_of_the_environment_is_not_for_functions(chain, start, free, examples):
    port, nobody = free(), f"http://127.0.0.1:{free()}"
    start(HANDLER_DIR=examples / "dcf_echo", HANDLER_FILE="handler.py", MESH_PORT=port)
    caller = chain(MESH_ECHO=f"localhost:{port}", http_proxy=nobody, https_proxy=nobody)
    assert caller.post(data=b"hello").content == b"chained: hello"


def test_a_function_that_is_not_there_fails_the_call_in_time(chain, free):
    caller = chain(MESH_ECHO=f"127.0.0.1:{free()}")
    answer = caller.post(data=b"hello")
    assert answer.status_code == 500
    assert "MeshError: function echo failed: " in caller.wait_log("MeshError")


def test_a_function_that_never_answers_fails_the_call_in_time(chain):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"127.0.0.1:{deaf.getsockname()[1]}"
        caller = chain(MESH_ECHO=address, MESH_TIMEOUT="1")
        answer = caller.post(data=b"hello")
        assert answer.status_code == 500
        assert "DEADLINE_EXCEEDED" in caller.wait_log("MeshError")


def test_addresses_come_from_the_environment_or_the_name():
    given = {"MY_ECHO": "10.0.0.1:7", "HOST_ALONE": "10.0.0.2", "SIX": "[::1]:8"}
    directory = mesh.Directory(given, suffix=".functions", port=9)
    assert directory.address("my-echo") == "10.0.0.1:7"
    assert directory.address("host-alone") == "10.0.0.2:9"
    assert directory.address("six") == "[::1]:8"
    assert directory.address("other") == "other.functions:9"


def test_an_address_for_all_names_stands_behind_those_of_single_ones():
    directory = mesh.Directory({"ECHO": "10.0.0.1:7"}, "127.0.0.1:5", ".functions")
    assert directory.address("echo") == "10.0.0.1:7"
    assert directory.address("other") == "127.0.0.1:5"
