"""The application is plain WSGI: another server may serve it, with its own ways of reading."""

import io
import subprocess
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import pytest
import requests

from watcher import function
from watcher.configuration import config


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def settings(handlers, tmp_path):
    return config.read(
        {},
        {
            "HANDLER_DIR": str(handlers),
            "HANDLER_FILE": "good.py",
            "LOCK_FILE": str(tmp_path / "lock"),
            "MAX_BODY_BYTES": "1000",
            "CONCURRENCY": "1",
        },
    )


@pytest.fixture
def built(settings):
    path, modules = list(sys.path), dict(sys.modules)
    made = function.build(settings)
    made.health.open()
    yield made
    assert made.runner.close(30)
    sys.path[:] = path
    for name in set(sys.modules) - set(modules):
        if name in ("mesh", "_function_handler"):
            del sys.modules[name]


def test_another_server_serves_it(built):
    with make_server("127.0.0.1", 0, validator(built.http), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            assert requests.post(url + "/p?a=1", data=b"abc", timeout=30).json()["bytes"] == 3
            assert requests.get(url, timeout=30).json()["bytes"] == 0
            assert requests.post(url, data=b"x" * 1001, timeout=30).status_code == 413
            assert requests.get(url + "/_/ready", timeout=30).status_code == 200
        finally:
            server.shutdown()
            thread.join(30)


@pytest.mark.parametrize(("size", "status"), [(1000, "200 OK"), (1001, "413 ")])
def test_a_body_of_unknown_length_is_bounded(built, size, status):
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "wsgi.input": io.BytesIO(b"x" * size),
        "wsgi.input_terminated": True,
    }
    statuses = []
    built.http(environ, lambda line, headers: statuses.append(line))
    assert statuses[0].startswith(status)


def test_the_factory_for_other_servers_reads_the_environment(handlers, tmp_path):
    code = (
        "from watcher.function import wsgi\n"
        "app = wsgi()\n"
        "from werkzeug.test import Client\n"
        "print(Client(app).post('/?do=text&text=served').text)\n"
        "print(Client(app).get('/_/ready').status_code)\n"
    )
    env = {
        "HANDLER_DIR": str(handlers),
        "HANDLER_FILE": "good.py",
        "LOCK_FILE": str(tmp_path / "lock"),
    }
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout == "served\n200\n"
    assert (tmp_path / "lock").exists()
