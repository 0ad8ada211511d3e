"""The page of metrics: names and labels of the watchdog, and little growth whatever comes."""

import pytest
import requests

from tests.waiting import until


def value(page, line):
    found = [one.rpartition(" ")[2] for one in page.splitlines() if one.startswith(line + " ")]
    return float(found[0]) if found else 0.0


def until_counted(watcher, line, expected):
    """Waits for a value: a call is counted a moment after its client has the answer."""
    until(lambda: value(watcher.metrics(), line) == expected, said=watcher.metrics)


@pytest.fixture
def watcher(start, free):
    return start(METRICS_PORT=free(), CONCURRENCY=1, MAX_INFLIGHT=2, MAX_BODY_BYTES=1000)


def test_calls_are_counted_by_code_and_lower_case_method(watcher):
    for path in ("/", "/a/b", "/?do=known", "/_/health", "/_/ready", "/_/info"):
        watcher.post(path)
        watcher.get(path)
    requests.request("BREW", watcher.url(), timeout=20)
    requests.request("BOIL", watcher.url(), timeout=20)
    until_counted(watcher, 'http_requests_total{code="200",method="unknown"}', 2)
    page = watcher.metrics()
    assert value(page, 'http_requests_total{code="200",method="post"}') == 2
    assert value(page, 'http_requests_total{code="200",method="get"}') == 2
    assert value(page, 'http_requests_total{code="400",method="get"}') == 1
    assert value(page, 'http_request_duration_seconds_count{code="200",method="post"}') == 2
    assert 'code="405"' not in page
    assert "_created" not in page


def test_refused_calls_are_counted_and_calls_in_flight_shown(watcher, hold):
    hold(watcher, 2)
    assert watcher.post().status_code == 429
    assert watcher.post(data=b"x" * 1001).status_code == 413
    until_counted(watcher, 'http_requests_total{code="413",method="post"}', 1)
    page = watcher.metrics()  # answers while the function is full
    assert value(page, "http_requests_in_flight") == 2
    assert value(page, "function_calls_in_flight") == 2
    assert value(page, 'http_requests_total{code="429",method="post"}') == 1


def test_stages_have_a_histogram_and_a_bound(watcher):
    watcher.post("/?do=answer")
    line = 'function_stage_duration_seconds_sum{stage="inference"}'
    until_counted(watcher, line, pytest.approx(0.004))
    for number in range(10):
        watcher.post(f"/?do=stages&n={number}")
    until_counted(watcher, 'http_requests_total{code="200",method="post"}', 10)
    assert watcher.metrics().count("function_stage_duration_seconds_sum{") == 32


def test_grpc_calls_have_a_metric_of_their_own(shared):
    import grpc

    from watcher._proto import fxwatcher_pb2 as pb
    from watcher._proto import fxwatcher_pb2_grpc

    line = 'grpc_server_handled_total{grpc_code="OK",grpc_method="Call"}'
    before = value(shared.metrics(), line)
    with grpc.insecure_channel(f"127.0.0.1:{shared.settings['WATCHER_PORT']}") as channel:
        fxwatcher_pb2_grpc.FxWatcherStub(channel).Call(pb.Request(input=b"x"), timeout=20)
    until_counted(shared, line, before + 1)
