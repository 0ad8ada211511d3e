"""The small server of the page of metrics."""

import contextlib
import http.client
import socket
import threading

import pytest

from watcher.telemetry.server import MetricsServer


@pytest.fixture
def port(metrics, listener):
    metrics.http_refused("GET", 200, 0.1)
    server = MetricsServer(listener, metrics)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield listener.getsockname()[1]
    server.shutdown()
    thread.join(10)


def ask(port, path, method="GET"):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        client.request(method, path)
        answer = client.getresponse()
        return answer.status, answer.headers, answer.read()


@pytest.mark.parametrize("path", ["/metrics", "/metrics?x=1"])
def test_the_page_says_what_it_is_and_how_long(port, path):
    status, headers, body = ask(port, path)
    assert status == 200
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert int(headers["Content-Length"]) == len(body)
    assert b'http_requests_total{code="200",method="get"} 1.0' in body
    assert "Python" not in headers["Server"]


@pytest.mark.parametrize("path", ["/", "/metrics/", "/metricsx", "/x?/metrics"])
def test_it_is_the_only_one_there(port, path):
    assert ask(port, path)[0] == 404


def test_it_is_read_and_not_written(port):
    assert ask(port, "/metrics", "POST")[0] == 501


def test_whoever_says_nothing_keeps_nobody_waiting(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as silent:
        assert ask(port, "/metrics")[0] == 200
        silent.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")  # and is still waited for
        assert silent.recv(100).startswith(b"HTTP/1.0 200")


def test_a_scrape_is_no_line_anywhere(port, capfd):
    ask(port, "/metrics")
    ask(port, "/")
    assert capfd.readouterr() == ("", "")
