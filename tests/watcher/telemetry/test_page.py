"""The numbers in Prometheus' words, read back by Prometheus' own parser."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from watcher.telemetry.metrics import BUCKETS, STAGE_BUCKETS, Metrics
from watcher.telemetry.page import MetricsPage


def samples(metrics):
    """Name and labels -> value, of everything on the page."""
    text = MetricsPage(metrics).text().decode()
    return {
        (one.name, *sorted(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_buckets_are_the_watchdogs_and_each_holds_those_before_it(metrics):
    times = (0.005, 0.0051, 3.0, 11.0)
    for seconds in times:
        metrics.http_refused("POST", 200, seconds)
    found = samples(metrics)
    labels = (("code", "200"), ("method", "post"))
    name = "http_request_duration_seconds"
    for edge in BUCKETS:
        key = (f"{name}_bucket", labels[0], ("le", str(float(edge))), labels[1])
        assert found[key] == sum(seconds <= edge for seconds in times), edge
    assert found[f"{name}_bucket", labels[0], ("le", "+Inf"), labels[1]] == len(times)
    assert found[f"{name}_count", *labels] == found["http_requests_total", *labels] == len(times)
    assert found[f"{name}_sum", *labels] == pytest.approx(sum(times))


def test_what_the_handler_serves_is_a_label_and_nothing_where_it_does_not_say(metrics):
    assert not any(name == "function_info" for name, *_ in samples(metrics))
    metrics.serves = 'digits-2 (0123) "quoted"'
    assert samples(metrics)["function_info", ("serves", metrics.serves)] == 1


def test_every_table_has_its_names_and_labels(metrics):
    metrics.grpc_ends("Call", "OK", 0.02)
    metrics.stages({"decode": 0.7})
    metrics.http_begins()
    found = samples(metrics)
    grpc = (("grpc_code", "OK"), ("grpc_method", "Call"))
    assert found["grpc_server_handled_total", *grpc] == 1
    assert found["grpc_server_handling_seconds_sum", *grpc] == pytest.approx(0.02)
    stage = ("function_stage_duration_seconds_bucket", ("le", str(STAGE_BUCKETS[1])))
    assert found[(*stage, ("stage", "decode"))] == 1
    assert found[(stage[0], ("le", str(STAGE_BUCKETS[0])), ("stage", "decode"))] == 0
    assert found[("http_requests_in_flight",)] == 1
    assert found[("function_calls_in_flight",)] == 0
    assert found[("process_resident_memory_bytes",)] > 1e6


def test_two_pages_in_one_process_do_not_meet(metrics):
    other = Metrics(metrics._runner)
    metrics.http_refused("GET", 200, 0.1)
    key = ("http_requests_total", ("code", "200"), ("method", "get"))
    assert samples(metrics)[key] == 1
    assert key not in samples(other)


def test_what_a_handler_calls_its_stages_cannot_break_the_page(metrics):
    metrics.stages({'a"b\\c\nd': 1.0})
    stage = ("stage", 'a"b\\c\nd')
    assert samples(metrics)["function_stage_duration_seconds_count", stage] == 1
